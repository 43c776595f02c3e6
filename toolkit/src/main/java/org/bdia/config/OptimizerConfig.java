package org.bdia.config;

import java.util.Locale;

/** An optimiser with its constants. */
public sealed interface OptimizerConfig {

    /**
     * Returns a copy with another weight decay.
     *
     * @throws IllegalArgumentException if the decay is negative or not finite, or the optimiser has none
     */
    OptimizerConfig withWeightDecay(double value);

    /** AdamW with β 0.9, 0.999, ε 1e-8. */
    static AdamW adamW(double weightDecay) {
        return new AdamW(0.9, 0.999, 1e-8, weightDecay);
    }

    /** The paper's optimiser with β 0.9, 0.999, ε 1e-15. */
    static SetAdam setAdam() {
        return new SetAdam(0.9, 0.999, 1e-15);
    }

    /**
     * Adam with decoupled weight decay (arXiv 1711.05101), on matrices only.
     *
     * @param beta1 decay of the first moment, 0 ≤ β1 &lt; 1
     * @param beta2 decay of the second moment, 0 ≤ β2 &lt; 1
     * @param epsilon added to the denominator, {@link Float#MIN_NORMAL} or more, and finite
     * @param weightDecay fraction of a weight per unit of learning rate, 0 or more, and finite
     */
    record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
            implements OptimizerConfig {
        /** Checks the ranges. */
        public AdamW {
            requireMoments(beta1, beta2, epsilon);
            if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
                throw new IllegalArgumentException(
                        "weightDecay must be 0 or more and finite, but is " + weightDecay);
            }
        }

        @Override
        public AdamW withWeightDecay(double value) {
            return new AdamW(beta1, beta2, epsilon, value);
        }
    }

    /**
     * SET-Adam (arXiv 2302.01029), with which the paper trains.
     *
     * @param beta1 decay of the first moment, 0 ≤ β1 &lt; 1
     * @param beta2 decay of the second moment, 0 ≤ β2 &lt; 1
     * @param epsilon added under the root, {@link Float#MIN_NORMAL} or more, and finite
     */
    record SetAdam(double beta1, double beta2, double epsilon) implements OptimizerConfig {
        /** Checks the ranges. */
        public SetAdam {
            requireMoments(beta1, beta2, epsilon);
        }

        @Override
        public SetAdam withWeightDecay(double value) {
            throw new IllegalArgumentException(
                    "SET-Adam has no weight decay, but "
                            + value
                            + " is wanted; train with OptimizerConfig.adamW("
                            + value
                            + ")");
        }
    }

    /** Weights are float32, where a smaller epsilon is 0 or loses digits, and 0 divides by 0. */
    private static void requireMoments(double beta1, double beta2, double epsilon) {
        if (!(beta1 >= 0 && beta1 < 1 && beta2 >= 0 && beta2 < 1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "an optimiser needs 0 <= beta1, beta2 < 1, but they are %s and %s",
                            beta1,
                            beta2));
        }
        if (!(epsilon >= Float.MIN_NORMAL && Double.isFinite(epsilon))) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "an optimiser's epsilon must be finite and at least %s, the smallest float32 of full"
                                    + " precision, but is %s",
                            Float.MIN_NORMAL,
                            epsilon));
        }
    }
}
