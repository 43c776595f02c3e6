package org.bdia.config;

/** The learning rate as a function of the step. */
public sealed interface Schedule {

    /**
     * The learning rate of a step.
     *
     * @param step the step, 0 to totalSteps − 1
     * @param totalSteps the steps of the whole run
     */
    double rate(long step, long totalSteps);

    /** The highest rate. */
    double peak();

    /**
     * Returns a schedule of the same shape with another highest rate.
     *
     * @throws IllegalArgumentException unless it is above 0 and finite
     */
    Schedule withPeak(double value);

    /**
     * A constant rate.
     *
     * @param peak the learning rate, above 0
     */
    record Constant(double peak) implements Schedule {
        /** Checks the rate. */
        public Constant {
            requireRate(peak);
        }

        @Override
        public double rate(long step, long totalSteps) {
            return peak;
        }

        @Override
        public Constant withPeak(double value) {
            return new Constant(value);
        }
    }

    /**
     * Linear from peak/warmup to peak over the warm-up, then half a cosine down to floor·peak. A run that has no step after the
     * warm-up comes no further than peak·steps/warmup.
     *
     * @param peak the highest learning rate, above 0
     * @param warmup the steps of the warm-up, 0 or more
     * @param floor the last rate as a fraction of the peak, 0 to 1
     */
    record WarmupCosine(double peak, int warmup, double floor) implements Schedule {
        /** Checks the ranges. */
        public WarmupCosine {
            requireRate(peak);
            if (warmup < 0) {
                throw new IllegalArgumentException(
                        "warmup must be 0 steps or more, but is " + warmup);
            }
            if (!(floor >= 0 && floor <= 1)) {
                throw new IllegalArgumentException(
                        "floor is a fraction of the peak, 0 to 1, but is " + floor);
            }
        }

        @Override
        public double rate(long step, long totalSteps) {
            if (step < warmup) {
                return peak * (step + 1) / warmup;
            }
            double done = (double) (step - warmup) / Math.max(1, totalSteps - 1 - warmup);
            double wave = (1 + StrictMath.cos(Math.PI * Math.min(1, done))) / 2;
            return peak * (floor + (1 - floor) * wave);
        }

        @Override
        public WarmupCosine withPeak(double value) {
            return new WarmupCosine(value, warmup, floor);
        }
    }

    private static void requireRate(double peak) {
        if (!(peak > 0 && Double.isFinite(peak))) {
            throw new IllegalArgumentException(
                    "the learning rate must be above 0 and finite, but is " + peak);
        }
    }
}
