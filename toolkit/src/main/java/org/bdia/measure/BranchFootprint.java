package org.bdia.measure;

import org.bdia.config.Precision;
import org.bdia.nn.Attention;
import org.bdia.nn.TransformerBlock;
import org.bdia.torch.Products;

/**
 * Bytes that differentiating one residual branch keeps in memory, a {@link TransformerBlock} or another sum of attentions and an MLP.
 *
 * <p>Counted from what automatic differentiation saves of the functions that {@code BranchScript} writes for the CPU, and of the
 * plain kernels of decoder blocks, or from what {@code derivative.torchscript} takes: D, M and A stand for the arrays (T, D), (T, M) and, where attention is written out as two
 * products, (H, T, T) of a sample.
 *
 * @param innerFrom the fewest tokens of a batch that are multiplied by {@link Products#INNER}
 */
record BranchFootprint(
        Kind kind,
        int tokens,
        int width,
        int heads,
        int mlp,
        double dropout,
        boolean locality,
        Precision precision,
        long innerFrom) {

    /** The parts of a branch. */
    enum Kind {
        /** Self-attention and MLP. */
        BLOCK,

        /** The first half of a block. */
        ATTENTION,

        /** The second half of a block. */
        PERCEPTRON,

        /** A block whose attention has a mask of padding. */
        ENCODER,

        /** Self-attention, attention to the encoder's output, MLP. */
        DECODER;

        private int attentions() {
            return this == PERCEPTRON ? 0 : this == DECODER ? 2 : 1;
        }

        private int perceptrons() {
            return this == ATTENTION ? 0 : 1;
        }
    }

    private static final long FLOAT = Float.BYTES;
    private static final int STATISTICS = 2; // mean and deviation of a LayerNorm
    private static final int KERNELS =
            1 << 17; // what products in bfloat16 need of their own, about
    private static final int DROPPED = 3; // scores, what they are dropped with and what is left

    /** Returns another branch of the same sizes. */
    BranchFootprint as(Kind other) {
        return new BranchFootprint(
                other, tokens, width, heads, mlp, dropout, locality, precision, innerFrom);
    }

    /** The branch's parameters. */
    long parameters() {
        long attention = weights(1, 0) + 6L * width + (locality ? 1 : 0);
        long perceptron = weights(0, 1) + 3L * width + mlp;
        return kind.attentions() * attention + kind.perceptrons() * perceptron;
    }

    /** Elements of the largest parameter. */
    long largest() {
        return (long) width * Math.max(3L * width, mlp);
    }

    /** Multiplications of a token's forward pass with weights. */
    long weights() {
        return weights(kind.attentions(), kind.perceptrons());
    }

    private long weights(int attentions, int perceptrons) {
        return attentions * 4L * width * width + perceptrons * 2L * width * mlp;
    }

    /** Multiplications of a sample's forward pass among activations. */
    double products() {
        return 2.0 * kind.attentions() * tokens * tokens * width;
    }

    /** Bytes of the graph over {@code samples} samples at once. */
    long graph(long samples) {
        if (byHand(samples)) {
            long masks = dropout > 0 ? samples * tokens * (2L * width + mlp) + scores(samples) : 0;
            long weights =
                    writtenOut(kind == Kind.ENCODER) ? scores(samples) : samples * tokens * heads;
            return masks + FLOAT * (samples * tokens * (6L * width + mlp) + weights);
        }
        long bytes = kind.perceptrons() * perceptron(samples);
        if (kind.attentions() > 0) {
            boolean padded = kind == Kind.ENCODER || (kind == Kind.DECODER && single());
            bytes += attention(samples, padded);
        }
        if (kind == Kind.DECODER) {
            long memory = single() ? 0 : value() * samples * tokens * width; // rounded
            bytes += attention(samples, true) + memory;
        }
        return bytes + (single() ? 0 : value() * weights());
    }

    /** Whether a block is differentiated by hand, see {@link Products#INNER}. */
    private boolean byHand(long samples) {
        return single()
                && (kind == Kind.BLOCK || kind == Kind.ENCODER)
                && samples * tokens >= innerFrom;
    }

    /** Whether attention is two products, and not libtorch's kernel. */
    private boolean writtenOut(boolean padded) {
        return dropout > 0 || padded || (!single() && tokens <= Attention.SHORT);
    }

    private long attention(long samples, boolean padded) {
        boolean drops = dropout > 0;
        boolean writtenOut = writtenOut(padded);
        // A mask after the last product, or, of libtorch's attention, what it computed.
        long wide = (single() ? 6L : 7L) + (drops || !writtenOut ? 1 : 0);
        if (locality && (drops || !single())) {
            wide += 3; // q, k and v before the learned temperature
        }
        long saved = wide * width + (writtenOut ? 0 : single() ? heads : 2L * heads);
        return value() * (samples * tokens * saved + keptScores(padded) * scores(samples))
                + norm(samples);
    }

    /** Arrays of scores that an attention's graph keeps. */
    private long keptScores(boolean padded) {
        return dropout > 0 ? DROPPED : writtenOut(padded) ? 1 : 0;
    }

    private long perceptron(long samples) {
        int masks = dropout > 0 ? 1 : 0;
        long saved = ((single() ? 2L : 3L) + masks) * width + (2L + masks) * mlp;
        return value() * samples * tokens * saved + norm(samples);
    }

    private long norm(long samples) {
        return samples * tokens * STATISTICS * FLOAT;
    }

    /** Bytes that differentiating takes beside the graph. */
    long workspace(long samples) {
        long rows = samples * tokens;
        if (byHand(samples)) {
            long masked = dropout > 0 ? mlp : 0; // the mask as numbers
            long hidden = rows * (width + 2L * mlp + masked) * FLOAT;
            boolean written = writtenOut(kind == Kind.ENCODER);
            long heads = written ? 3 * scores(samples) + 4 * rows * width : 7 * rows * width;
            long gone = rows * (width + mlp); // the MLP's part of the graph
            return Math.max(hidden, FLOAT * (heads - gone)) + FLOAT * (long) width * mlp;
        }
        if (kind == Kind.ATTENTION) {
            return attentionWorkspace(samples, false);
        }
        // A weight's gradient; the weight's copy in bfloat16 is gone when it becomes float32.
        long matrix = (long) width * mlp * FLOAT;
        long perceptron = value() * rows * ((single() ? 1L : 3L) * width + mlp) + matrix;
        perceptron += single() ? 0 : KERNELS;
        if (kind == Kind.PERCEPTRON) {
            return perceptron;
        }
        if (kind == Kind.DECODER && single()) {
            // The plain kernels' forward pass; the graph that is counted has an MLP's part, too.
            long gone = 2 * rows * mlp * FLOAT;
            return Math.max(perceptron, (3 * scores(samples) + 4 * rows * width) * FLOAT - gone);
        }
        // When attention is reached, the MLP's part of the graph is gone, and led to a gradient.
        long gone = perceptron(samples) + (single() ? 0 : matrix); // two matrices in bfloat16
        long attention = attentionWorkspace(samples, kind != Kind.BLOCK);
        return Math.max(perceptron, attention + rows * width * FLOAT - gone);
    }

    /** Bytes that differentiating attention takes beside a graph that ends with it. */
    private long attentionWorkspace(long samples, boolean padded) {
        long wide = samples * tokens * width * value();
        long scores = scores(samples) * value();
        // The softmax's value and gradients before and after it; with dropout the product with v is
        // the fullest moment: all of the graph, and the gradient of what was left.
        long beside = dropout > 0 ? 1 : writtenOut(padded) ? 2 : 0;
        // When the projections are reached, what the graph has of the scores is gone.
        long projections = (single() ? 5 : 7) * wide - keptScores(padded) * scores;
        return Math.max(projections, beside * scores + wide);
    }

    private long scores(long samples) {
        return samples * heads * tokens * tokens;
    }

    private boolean single() {
        return precision == Precision.FLOAT32;
    }

    /** Bytes of a number that a graph keeps. */
    private long value() {
        return single() ? FLOAT : FLOAT / 2;
    }
}
