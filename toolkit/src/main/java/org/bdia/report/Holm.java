package org.bdia.report;

import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Holm's step-down correction: with m hypotheses tested together, the chance of one or more false rejections
 * stays below the level at which the corrected p-values are read.
 *
 * @see <a href="https://www.jstor.org/stable/4615733">Holm, A simple sequentially rejective multiple test
 *     procedure, 1979</a>
 */
final class Holm {
    private Holm() {}

    /**
     * The corrected p-values in the order of the given ones: with p₍₁₎ ≤ … ≤ p₍ₘ₎, the i-th becomes max over j ≤ i
     * of min(1, (m − j + 1) p₍ⱼ₎). A NaN, a test that could not be made, stays NaN and does not count towards m.
     *
     * @throws IllegalArgumentException if a value is neither NaN nor in [0, 1]
     */
    static double[] adjust(double[] p) {
        for (double value : p) {
            if (value < 0 || value > 1) {
                throw new IllegalArgumentException(
                        "a p-value must be in [0, 1], or NaN where there is no test, but is "
                                + value);
            }
        }
        List<Integer> ascending =
                IntStream.range(0, p.length)
                        .filter(i -> !Double.isNaN(p[i]))
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> p[i]))
                        .toList();
        double[] adjusted = p.clone();
        double largest = 0;
        for (int rank = 0; rank < ascending.size(); rank++) {
            int i = ascending.get(rank);
            largest = Math.max(largest, Math.min(1, (ascending.size() - rank) * p[i]));
            adjusted[i] = largest;
        }
        return adjusted;
    }
}
