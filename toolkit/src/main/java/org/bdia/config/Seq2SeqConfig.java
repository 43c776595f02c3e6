package org.bdia.config;

/**
 * An encoder–decoder transformer with learned positions; the head is tied to the target embedding. Token id 0 is padding
 * on both sides.
 *
 * @param sourceVocabulary the number of source token ids, 2 or more
 * @param targetVocabulary V, the number of target token ids, 2 or more
 * @param context the most tokens of a sentence on either side
 * @param width D, of a model a multiple of heads
 * @param encoderDepth the encoder's number of blocks
 * @param decoderDepth the decoder's number of blocks
 * @param heads attention heads
 * @param mlp the hidden width of the MLP
 * @param dropout the rate on the embeddings and inside the branches, 0 ≤ dropout &lt; 1
 * @param activation the MLPs' activation
 * @param dropPath the rate at which samples skip the last branch in training, growing with depth (arXiv 1603.09382)
 */
public record Seq2SeqConfig(
        int sourceVocabulary,
        int targetVocabulary,
        int context,
        int width,
        int encoderDepth,
        int decoderDepth,
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
    public Seq2SeqConfig {
        Ranges.vocabulary("sourceVocabulary", sourceVocabulary);
        Ranges.vocabulary("targetVocabulary", targetVocabulary);
        Ranges.positive("context", context);
        Ranges.positive("width", width);
        Ranges.positive("encoderDepth", encoderDepth);
        Ranges.positive("decoderDepth", decoderDepth);
        Ranges.positive("heads", heads);
        Ranges.positive("mlp", mlp);
        Ranges.dropout(dropout);
        Ranges.rate("dropPath", dropPath);
    }

    /** A model with the exact GELU, without stochastic depth. */
    public Seq2SeqConfig(
            int sourceVocabulary,
            int targetVocabulary,
            int context,
            int width,
            int encoderDepth,
            int decoderDepth,
            int heads,
            int mlp,
            double dropout) {
        this(
                sourceVocabulary,
                targetVocabulary,
                context,
                width,
                encoderDepth,
                decoderDepth,
                heads,
                mlp,
                dropout,
                ActivationConfig.GELU,
                0);
    }

    /** A few seconds of training: width 32, 2 + 2 blocks, 2 heads, MLP 64. */
    public static Seq2SeqConfig smoke() {
        return new Seq2SeqConfig(1000, 1000, 32, 32, 2, 2, 2, 64, 0);
    }

    /** Minutes on two cores: width 64, 4 + 4 blocks, 4 heads, MLP 128. */
    public static Seq2SeqConfig laptop() {
        return new Seq2SeqConfig(4000, 4000, 48, 64, 4, 4, 4, 128, 0);
    }

    /** The base transformer's sizes (arXiv 1706.03762): width 512, 6 + 6 blocks, 8 heads, MLP 2048, dropout 0.1. */
    public static Seq2SeqConfig paper() {
        return new Seq2SeqConfig(16000, 16000, 128, 512, 6, 6, 8, 2048, 0.1);
    }

    @Override
    public int depth() {
        return encoderDepth + decoderDepth;
    }

    /** Returns a copy with other numbers of token ids. */
    public Seq2SeqConfig withVocabularies(int source, int target) {
        return Records.with(
                Records.with(this, "sourceVocabulary", source), "targetVocabulary", target);
    }

    /** Returns a copy with other depths. */
    public Seq2SeqConfig withDepths(int encoder, int decoder) {
        return Records.with(Records.with(this, "encoderDepth", encoder), "decoderDepth", decoder);
    }

    /** Returns a copy with another context. */
    public Seq2SeqConfig withContext(int value) {
        return Records.with(this, "context", value);
    }

    /**
     * Returns a copy of another width, whose MLP keeps its ratio to the width, at least 1; to choose the MLP's width as well, call
     * {@link #withMlp} afterwards.
     */
    public Seq2SeqConfig withWidth(int value) {
        int follows = (int) Math.max(1, Math.min(Integer.MAX_VALUE, (long) mlp * value / width));
        return Records.with(Records.with(this, "mlp", follows), "width", value);
    }

    /** Returns a copy with another number of heads. */
    public Seq2SeqConfig withHeads(int value) {
        return Records.with(this, "heads", value);
    }

    /** Returns a copy with another MLP width. */
    public Seq2SeqConfig withMlp(int value) {
        return Records.with(this, "mlp", value);
    }

    @Override
    public Seq2SeqConfig withDropout(double value) {
        return Records.with(this, "dropout", value);
    }

    @Override
    public Seq2SeqConfig withActivation(ActivationConfig value) {
        return Records.with(this, "activation", value);
    }

    @Override
    public Seq2SeqConfig withDropPath(double value) {
        return Records.with(this, "dropPath", value);
    }
}
