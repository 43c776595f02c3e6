package org.bdia.config;

/** What a stack's arithmetic and its branches are computed with. */
public enum Kernels {
    /** TorchScript: fused attention, arithmetic in place. */
    FUSED,

    /** DJL's operations one by one: slower, and the twin that the others are tested against. */
    PLAIN
}
