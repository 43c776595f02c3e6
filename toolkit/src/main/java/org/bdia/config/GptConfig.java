package org.bdia.config;

/**
 * A decoder-only transformer with learned positions and a head tied to the token embedding: GPT-2's architecture.
 *
 * @param vocabulary V, the number of token ids, 2 or more
 * @param context the most tokens that the model sees at once
 * @param width D, of a model a multiple of heads
 * @param depth K, the number of blocks
 * @param heads attention heads
 * @param mlp the hidden width of the MLP
 * @param dropout the rate on the embedding and inside the branches, 0 ≤ dropout &lt; 1
 * @param activation the MLP's activation
 * @param dropPath the rate at which samples skip the last branch in training, growing with depth (arXiv 1603.09382)
 */
public record GptConfig(
        int vocabulary,
        int context,
        int width,
        int depth,
        int heads,
        int mlp,
        double dropout,
        ActivationConfig activation,
        double dropPath)
        implements ModelConfig {

    /**
     * Checks the sizes.
     *
     * @throws IllegalArgumentException if a size is not positive or the dropout is out of range
     */
    public GptConfig {
        Ranges.vocabulary("vocabulary", vocabulary);
        Ranges.positive("context", context);
        Ranges.positive("width", width);
        Ranges.positive("depth", depth);
        Ranges.positive("heads", heads);
        Ranges.positive("mlp", mlp);
        Ranges.dropout(dropout);
        Ranges.rate("dropPath", dropPath);
    }

    /** A model without stochastic depth. */
    public GptConfig(
            int vocabulary,
            int context,
            int width,
            int depth,
            int heads,
            int mlp,
            double dropout,
            ActivationConfig activation) {
        this(vocabulary, context, width, depth, heads, mlp, dropout, activation, 0);
    }

    /** A small one: context 64, width 64, depth 6, 4 heads, MLP 256, no dropout, GPT-2's vocabulary. */
    public static GptConfig nano() {
        return new GptConfig(50257, 64, 64, 6, 4, 256, 0, ActivationConfig.GELU);
    }

    /** GPT-2: context 1024, width 768, depth 12, 12 heads, dropout 0.1; 124 M parameters. */
    public static GptConfig gpt2() {
        return nano().withContext(1024)
                .withWidth(768)
                .withDepth(12)
                .withHeads(12)
                .withDropout(0.1)
                .withActivation(ActivationConfig.of(ActivationConfig.Function.GELU_TANH));
    }

    /** GPT-2 medium: context 1024, width 1024, depth 24, 16 heads, dropout 0.1; 355 M parameters. */
    public static GptConfig gpt2Medium() {
        return gpt2().withWidth(1024).withDepth(24).withHeads(16);
    }

    /** Returns a copy with another number of token ids. */
    public GptConfig withVocabulary(int value) {
        return Records.with(this, "vocabulary", value);
    }

    /** Returns a copy with another context. */
    public GptConfig withContext(int value) {
        return Records.with(this, "context", value);
    }

    /**
     * Returns a copy of another width, whose MLP keeps its ratio to the width, at least 1; to choose the MLP's width as well, call
     * {@link #withMlp} afterwards.
     */
    public GptConfig withWidth(int value) {
        int follows = (int) Math.max(1, Math.min(Integer.MAX_VALUE, (long) mlp * value / width));
        return Records.with(Records.with(this, "mlp", follows), "width", value);
    }

    /** Returns a copy with another depth. */
    public GptConfig withDepth(int value) {
        return Records.with(this, "depth", value);
    }

    /** Returns a copy with another number of heads. */
    public GptConfig withHeads(int value) {
        return Records.with(this, "heads", value);
    }

    /** Returns a copy with another MLP width. */
    public GptConfig withMlp(int value) {
        return Records.with(this, "mlp", value);
    }

    @Override
    public GptConfig withDropout(double value) {
        return Records.with(this, "dropout", value);
    }

    @Override
    public GptConfig withActivation(ActivationConfig value) {
        return Records.with(this, "activation", value);
    }

    @Override
    public GptConfig withDropPath(double value) {
        return Records.with(this, "dropPath", value);
    }
}
