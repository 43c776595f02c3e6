package org.bdia.data;

import org.bdia.io.SplitMix64;

/** The order of a data set in an epoch. */
public final class EpochShuffle {

    private EpochShuffle() {}

    /** Returns a permutation of 0 to n − 1, a function of (seed, epoch). */
    public static int[] of(int n, long seed, int epoch) {
        return SplitMix64.permutation(n, Purpose.ORDER.key(seed, epoch, 0));
    }
}
