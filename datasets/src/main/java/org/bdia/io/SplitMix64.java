package org.bdia.io;

/**
 * Random numbers as pure functions of a key and an index: the SplitMix64 generator without its state.
 *
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea, Flood, 2014</a>
 */
public final class SplitMix64 {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private SplitMix64() {}

    /** Returns the i-th number of a key's stream, uniform over all longs; usable as a key. */
    public static long mix(long key, long i) {
        long z = key + (i + 1) * GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Returns the i-th number of a key's stream, uniform over [0, 1), 53 bits. */
    public static double unit(long key, long i) {
        return (mix(key, i) >>> 11) * 0x1p-53;
    }

    /** Returns the i-th number of a key's stream, uniform over 0 to bound − 1. */
    public static int bounded(long key, long i, int bound) {
        return bounded(mix(key, i), bound);
    }

    /** Maps 64 random bits to 0 … bound − 1, up to a bias below bound / 2<sup>32</sup>. */
    static int bounded(long bits, int bound) {
        return (int) (((bits >>> 32) * bound) >>> 32);
    }

    /** Returns a permutation of 0 to n − 1, by Fisher and Yates's shuffle. */
    public static int[] permutation(int n, long key) {
        var order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = bounded(key, i, i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }
}
