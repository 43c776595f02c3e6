package org.bdia.data;

import org.bdia.io.SplitMix64;

/** The order in which an epoch goes through a data set. */
public final class EpochShuffle {

    private EpochShuffle() {}

    /** A permutation of 0 to n − 1, a function of (seed, epoch). */
    public static int[] of(int n, long seed, int epoch) {
        return SplitMix64.permutation(n, Purpose.ORDER.key(seed, epoch, 0));
    }
}
