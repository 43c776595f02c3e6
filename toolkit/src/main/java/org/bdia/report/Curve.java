package org.bdia.report;

import java.util.List;

/**
 * What one run of one method measured along the way, for example its validation loss.
 *
 * @param method the method's label
 * @param seed the run's seed
 * @param x where it was measured, for example the training step, ascending
 * @param y what was measured, one for each x
 */
public record Curve(String method, long seed, List<Double> x, List<Double> y) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if their lengths differ
     */
    public Curve {
        x = List.copyOf(x);
        y = List.copyOf(y);
        if (x.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the curve of "
                            + method
                            + ", seed "
                            + seed
                            + ", has "
                            + x.size()
                            + " positions but "
                            + y.size()
                            + " values");
        }
    }
}
