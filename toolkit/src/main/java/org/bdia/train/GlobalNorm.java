package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import org.bdia.reversible.Autograd;

/** The gradient of all parameters as one vector. */
final class GlobalNorm {

    private GlobalNorm() {}

    /**
     * Scales the gradients so that their global norm is at most maxNorm; their direction stays.
     *
     * @param maxNorm the bound; 0 = measure only
     * @return the norm before, not a number or infinite if a gradient is; then nothing is scaled
     */
    static double clip(Block model, double maxNorm) {
        List<NDArray> weights = weights(model);
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return Autograd.unrecorded(
                    () -> {
                        NDArray total = weights.get(0).getManager().create(0f);
                        for (NDArray weight : weights) {
                            total.addi(weight.getGradient().square().sum());
                        }
                        double norm = Math.sqrt(total.getFloat());
                        if (maxNorm > 0 && norm > maxNorm && Double.isFinite(norm)) {
                            for (NDArray weight : weights) {
                                weight.getGradient().muli(maxNorm / norm);
                            }
                        }
                        return norm;
                    });
        }
    }

    /** Sets every gradient to zero. */
    static void zero(Block model) {
        for (NDArray weight : weights(model)) {
            JniUtils.zeroGrad((PtNDArray) weight);
        }
    }

    private static List<NDArray> weights(Block model) {
        return model.getParameters().values().stream()
                .filter(Parameter::requiresGradient)
                .map(Parameter::getArray)
                .toList();
    }
}
