package org.bdia.run;

/**
 * One measured number of a run.
 *
 * @param step the training steps done when it was measured, 0 or more
 * @param epoch the epoch it belongs to, 0 or more
 * @param split what it was measured on, for example {@code train}, {@code val}
 * @param metric what was measured, for example {@code loss}, {@code accuracy}
 * @param value the number; NaN and infinities are kept, since a run that diverged has them
 */
public record MetricRow(long step, int epoch, String split, String metric, double value) {
    private static final String WORD = "[A-Za-z0-9_.+@/-]+";

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if step or epoch is negative, or a name is not one word of letters,
     *     digits and {@code _ . + @ / -}, so that no name can break a line of the file
     */
    public MetricRow {
        if (step < 0 || epoch < 0) {
            throw new IllegalArgumentException(
                    "step and epoch must be 0 or more, but are " + step + " and " + epoch);
        }
        if (!split.matches(WORD) || !metric.matches(WORD)) {
            throw new IllegalArgumentException(
                    "split and metric must be words of letters, digits and _ . + @ / -, but are '"
                            + split
                            + "' and '"
                            + metric
                            + "'");
        }
    }
}
