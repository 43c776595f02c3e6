package org.bdia.reversible;

import java.util.Arrays;
import org.bdia.io.SplitMix64;

/**
 * The random key of a training step: every random choice is a function of it and the layer.
 *
 * @param seed the run's seed
 * @param step the training step, 0 or more
 * @param sampleIds for each sample of the batch its index in the data set, so that a sample draws the same γ
 *     wherever in the batch it stands
 * @param part the number, from 0, of the part of the batch whose samples these are, where gradients are accumulated over parts: each has
 *     dropout masks of its own, while γ and stochastic depth are functions of the sample
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out, compared by content
public record StepKey(long seed, long step, long[] sampleIds, int part) {

    /**
     * Copies the ids.
     *
     * @throws IllegalArgumentException if step or part are negative or there is no sample
     */
    public StepKey {
        if (step < 0 || part < 0 || sampleIds.length == 0) {
            throw new IllegalArgumentException(
                    "a step key needs step >= 0, part >= 0 and at least one sample id, but step is "
                            + step
                            + ", part is "
                            + part
                            + " and there are "
                            + sampleIds.length
                            + " ids; pass one sample id per row");
        }
        sampleIds = sampleIds.clone();
    }

    /** Creates the key of a whole batch. */
    public StepKey(long seed, long step, long[] sampleIds) {
        this(seed, step, sampleIds, 0);
    }

    @Override
    public long[] sampleIds() {
        return sampleIds.clone();
    }

    /** The samples in the batch. */
    public int batch() {
        return sampleIds.length;
    }

    /**
     * Returns the seed of the engine's generator for a layer, so that dropout recomputed for the same key and layer repeats its
     * mask.
     *
     * @param layer the block's index; other random layers of a model use negative numbers
     */
    public int engineSeed(int layer) {
        return engineSeed(layer, 0);
    }

    /** {@link #engineSeed(int)} of slice c of the batch. */
    int engineSeed(int layer, int c) {
        long hash = SplitMix64.mix(SplitMix64.mix(seed, step), ~(long) layer);
        hash = c == 0 ? hash : SplitMix64.mix(hash, c);
        hash = part == 0 ? hash : SplitMix64.mix(hash, -(long) part);
        return (int) (hash >>> 32);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StepKey d
                && d.seed == seed
                && d.step == step
                && d.part == part
                && Arrays.equals(d.sampleIds, sampleIds);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new long[] {seed, step, part, Arrays.hashCode(sampleIds)});
    }

    @Override
    public String toString() {
        return "StepKey[seed="
                + seed
                + ", step="
                + step
                + ", samples="
                + sampleIds.length
                + (part == 0 ? "" : ", part=" + part)
                + "]";
    }
}
