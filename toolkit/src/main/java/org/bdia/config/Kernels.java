package org.bdia.config;

/** The kernels that compute a stack's steps and branches. */
public enum Kernels {
    /** TorchScript: fused attention, arithmetic in place. */
    FUSED,

    /** DJL's operations one by one: slower, and the twin that the others are tested against. */
    PLAIN
}
