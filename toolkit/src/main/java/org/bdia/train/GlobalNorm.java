package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.Collection;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.torch.Autograd;

/** The gradient of all parameters as one vector. */
final class GlobalNorm {

    private GlobalNorm() {}

    /**
     * Scales the gradients so that their global norm is at most maxNorm; their direction stays. Frozen parameters
     * do not count.
     *
     * @param maxNorm the bound; 0 = measure only
     * @return the norm before, not a number or infinite if a gradient is; then nothing is scaled
     */
    static double clip(Block model, double maxNorm) {
        List<NDArray> weights = weights(model);
        return Autograd.unrecorded(
                () -> {
                    double norm = norm(weights, NDArray::getGradient);
                    if (maxNorm > 0 && norm > maxNorm && Double.isFinite(norm)) {
                        for (NDArray weight : weights) {
                            try (NDArray gradient = weight.getGradient()) {
                                gradient.muli(maxNorm / norm);
                            }
                        }
                    }
                    return norm;
                });
    }

    /** Returns the norm of gradients as one vector; 0 of none. */
    static double of(Collection<NDArray> gradients) {
        return norm(gradients, gradient -> gradient);
    }

    private static double norm(Collection<NDArray> arrays, UnaryOperator<NDArray> gradient) {
        if (arrays.isEmpty()) {
            return 0;
        }
        try (NDManager scratch = arrays.iterator().next().getManager().newSubManager()) {
            NDArray total = scratch.create(0f);
            for (NDArray array : arrays) {
                // The gradient is asked for in a scope, since each answer is another handle.
                try (NDScope scope = new NDScope()) {
                    NDArray of = gradient.apply(array);
                    Rows.each(of.getShape(), part -> total.addi(part.apply(of).square().sum()));
                }
            }
            return Math.sqrt(total.getFloat());
        }
    }

    private static List<NDArray> weights(Block model) {
        return model.getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .distinct() // one may be in several places
                .map(Parameter::getArray)
                .toList();
    }
}
