package org.bdia.config;

/**
 * What branches compute in. States, side bits, weights, gradients and optimiser are float32 either way, so that
 * reconstruction stays exact: a branch only has to repeat itself.
 */
public enum Precision {
    /** float32 throughout. */
    FLOAT32,

    /** Matrix products and activations of a branch in bfloat16, its LayerNorms and sums in float32. */
    BFLOAT16_BRANCH;
}
