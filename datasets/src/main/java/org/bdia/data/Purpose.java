package org.bdia.data;

import org.bdia.io.SplitMix64;

/** The purposes of random choices; choices made for different purposes are independent. */
enum Purpose {
    SPLIT(0),
    ORDER(1),
    AUGMENTATION(2),
    SYNTHETIC(3);

    private final long tag;

    Purpose(long tag) {
        this.tag = tag;
    }

    /** Returns a random key, a function of the purpose and all arguments. */
    long key(long seed, long major, long minor) {
        long key = SplitMix64.mix(seed, tag);
        key = SplitMix64.mix(key ^ major, 0);
        return SplitMix64.mix(key ^ minor, 0);
    }
}
