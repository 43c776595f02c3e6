package org.bdia.config;

/** The architecture of a model: sizes and switches, no weights, no training. */
public sealed interface ModelConfig permits VitConfig, GptConfig, Seq2SeqConfig {

    /** The number K of blocks, over all stacks. */
    int depth();

    /** The width D of a state. */
    int width();

    /** The number of attention heads. */
    int heads();

    /** The hidden width of the MLP. */
    int mlp();

    /**
     * Checks that a model can be built, which a chain of {@code with…} calls may violate temporarily.
     *
     * @throws IllegalArgumentException if the width is no multiple of the heads
     */
    default void requireBuildable() {
        Ranges.multiple("width", width(), "heads", heads());
    }

    /** The dropout rate, 0 ≤ dropout &lt; 1. */
    double dropout();

    /** Returns a copy with another dropout rate. */
    ModelConfig withDropout(double value);

    /** Returns a copy with another rate of stochastic depth at the last branch of each stack, 0 ≤ dropPath &lt; 1. */
    ModelConfig withDropPath(double value);

    /** The activation of every MLP. */
    ActivationConfig activation();

    /** Returns a copy with another activation. */
    ModelConfig withActivation(ActivationConfig value);
}
