package org.bdia.data;

/**
 * Random numbers as pure functions: the finaliser of SplitMix64 applied to a key.
 *
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea, Flood, 2014</a>
 */
final class Mix {
    /** What a key is for, so that choices made for different purposes are independent. */
    enum Purpose {
        SPLIT(1),
        ORDER(2),
        AUGMENTATION(3),
        SYNTHETIC(4);

        private final long tag;

        Purpose(long tag) {
            this.tag = tag;
        }
    }

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Mix() {}

    /** A key of 64 well-mixed bits. */
    static long key(Purpose purpose, long seed, long major, long minor) {
        long key = finish(seed + purpose.tag * GOLDEN);
        key = finish((key ^ major) + GOLDEN);
        return finish((key ^ minor) + GOLDEN);
    }

    /** The i-th number of the key's stream, uniform over all longs. */
    static long bits(long key, long i) {
        return finish(key + (i + 1) * GOLDEN);
    }

    /** Uniform over 0 to bound − 1, up to a bias below bound / 2<sup>32</sup>. */
    static int bounded(long bits, int bound) {
        return (int) (((bits >>> 32) * bound) >>> 32);
    }

    /** Uniform over [0, 1), 53 bits. */
    static double unit(long bits) {
        return (bits >>> 11) * 0x1p-53;
    }

    /** A permutation of 0 to n − 1, by Fisher and Yates's shuffle. */
    static int[] permutation(int n, long key) {
        var order = new int[n];
        for (int i = 0; i < n; i++) {
            int j = bounded(bits(key, i), i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        return order;
    }

    private static long finish(long z) {
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }
}
