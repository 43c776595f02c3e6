package org.bdia.report;

import java.util.Arrays;

/**
 * Samples divided by a power of two near their largest value, which is exact, so that sums and squares of very large and very
 * small values stay in range.
 *
 * @param samples the samples, as they were if a value is not finite
 * @param exponent the power
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Scaled(double[][] samples, int exponent) {

    static Scaled of(double[]... samples) {
        double largest =
                Arrays.stream(samples)
                        .flatMapToDouble(Arrays::stream)
                        .map(Math::abs)
                        .max()
                        .orElse(0);
        int exponent = largest > 0 && Double.isFinite(largest) ? Math.getExponent(largest) : 0;
        double[][] scaled = new double[samples.length][];
        for (int i = 0; i < samples.length; i++) {
            scaled[i] = Arrays.stream(samples[i]).map(v -> Math.scalb(v, -exponent)).toArray();
        }
        return new Scaled(scaled, exponent);
    }

    double[] sample(int index) {
        return samples[index];
    }

    /** Returns a number of the samples' unit, from one of the scaled samples. */
    double back(double value) {
        return Math.scalb(value, exponent);
    }
}
