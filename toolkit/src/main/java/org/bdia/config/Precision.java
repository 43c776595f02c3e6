package org.bdia.config;

/**
 * The precision of branches. States, side bits, weights, gradients and optimiser are float32 either way, so that
 * reconstruction stays exact: a branch only has to repeat itself. So are embeddings, heads and losses, and generation from cached
 * keys and values.
 */
public enum Precision {
    /** float32 throughout. */
    FLOAT32,

    /**
     * Matrix products, attention and activations of a transformer's branch in bfloat16, its LayerNorms and sums in float32. Takes less
     * memory on every device, and less time on one with instructions for bfloat16 alone. On the CPU the engine keeps
     * memory for every shape that it has seen, see docs/memory-and-time.md. Branches of a user's own compute as they do.
     */
    BFLOAT16_BRANCH;
}
