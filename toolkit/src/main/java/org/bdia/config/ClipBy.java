package org.bdia.config;

/** The norm by which gradients g are scaled, g ← g · min(1, clipNorm / norm). */
public enum ClipBy {
    /** The norm of all gradients of the step; known after the backward pass only. */
    GLOBAL,

    /** The norm of the block's own gradients; one for all parameters that belong to no block alone. */
    BLOCK,

    /** The norm of all gradients of the step before, as they were before scaling; the first step is not clipped. */
    PREVIOUS_STEP
}
