package org.bdia.reversible;

/** Uniform random numbers as pure functions of what they are for. */
public final class Uniform {

    private Uniform() {}

    /** A number in [0, 1), 53 bits, a function of the seed and two keys, for example a row and a position. */
    public static double of(long seed, long first, long second) {
        return of(Gamma.mix(seed, first), second);
    }

    /** A number in [0, 1), 53 bits, a function of a stream of draws and a key in it. */
    static double of(long stream, long key) {
        return (Gamma.mix(stream, key) >>> 11) * 0x1p-53;
    }
}
