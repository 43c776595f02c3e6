package org.bdia.data;

/** The order in which an epoch goes through a data set. */
public final class EpochShuffle {

    private EpochShuffle() {}

    /** A permutation of 0 to n − 1, a function of (seed, epoch). */
    public static int[] of(int n, long seed, int epoch) {
        return Mix.permutation(n, Mix.key(Mix.Purpose.ORDER, seed, epoch, 0));
    }
}
