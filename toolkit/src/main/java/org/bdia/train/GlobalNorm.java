package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.List;
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
     * @throws IllegalArgumentException if the model has no parameter to train
     */
    static double clip(Block model, double maxNorm) {
        List<NDArray> weights = weights(model);
        if (weights.isEmpty()) {
            throw new IllegalArgumentException(
                    "the model has no parameter to train; unfreeze one, or initialise the model");
        }
        return Autograd.unrecorded(
                () -> {
                    double norm = norm(weights);
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

    private static double norm(List<NDArray> weights) {
        try (NDArray total = weights.get(0).getManager().create(0f)) {
            for (NDArray weight : weights) {
                // A scope each, so that no more than one gradient's square is held at once.
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    total.addi(weight.getGradient().square().sum());
                }
            }
            return Math.sqrt(total.getFloat());
        }
    }

    private static List<NDArray> weights(Block model) {
        return model.getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .map(Parameter::getArray)
                .toList();
    }
}
