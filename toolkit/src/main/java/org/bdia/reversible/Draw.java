package org.bdia.reversible;

import java.util.Arrays;

/**
 * What every random choice of one training step is a function of, together with the layer.
 *
 * @param seed the run's seed
 * @param step the training step, 0 or more
 * @param sampleIds for each sample of the batch its index in the data set, so that a sample draws the same γ
 *     wherever in the batch it stands
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record Draw(long seed, long step, long[] sampleIds) {

    /**
     * Copies the ids.
     *
     * @throws IllegalArgumentException if the step is negative or there is no sample
     */
    public Draw {
        if (step < 0 || sampleIds.length == 0) {
            throw new IllegalArgumentException(
                    "a draw needs step >= 0 and at least one sample id, but step is "
                            + step
                            + " and there are "
                            + sampleIds.length
                            + " ids; pass one sample id per row");
        }
        sampleIds = sampleIds.clone();
    }

    @Override
    public long[] sampleIds() {
        return sampleIds.clone();
    }

    /** The samples in the batch. */
    public int batch() {
        return sampleIds.length;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Draw d
                && d.seed == seed
                && d.step == step
                && Arrays.equals(d.sampleIds, sampleIds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new long[] {seed, step, Arrays.hashCode(sampleIds)});
    }

    @Override
    public String toString() {
        return "Draw[seed=" + seed + ", step=" + step + ", samples=" + sampleIds.length + "]";
    }
}
