package org.bdia.measure;

import org.bdia.config.GptConfig;
import org.bdia.config.Precision;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;
import org.bdia.nn.Attention;
import org.bdia.nn.TransformerBlock;

/**
 * Bytes that the parts of a training step keep in memory, from the sizes of a model of {@link TransformerBlock}s alone.
 *
 * <p>Counted from what automatic differentiation saves of the function that {@code BranchScript} writes for the CPU: D, M and A
 * stand for the arrays (T, D), (T, M) and, where attention is written out as two products, (H, T, T) of a sample.
 *
 * @param table bytes of the token embedding's gradient, which the engine makes anew before it adds it up; 0 without one
 */
record Footprint(
        int tokens,
        int width,
        int heads,
        int mlp,
        double dropout,
        boolean locality,
        Precision precision,
        long headPerSample,
        long embeddingPerSample,
        long table,
        long parameters) {

    private static final long FLOAT = Float.BYTES;
    private static final int COLOURS = 3;
    private static final int SHIFTED = 5;
    private static final int STATISTICS = 4; // mean and deviation of two LayerNorms

    /** The footprint of a vision transformer. */
    static Footprint of(VitConfig vit, Precision precision) {
        long patches = (long) (vit.image() / vit.patch()) * (vit.image() / vit.patch());
        long inputs =
                (long) COLOURS * vit.patch() * vit.patch() * (vit.shiftedPatches() ? SHIFTED : 1);
        long width = vit.width();
        long classToken = vit.pooling() == VitConfig.Pooling.CLASS_TOKEN ? width : 0;
        long embedding =
                (vit.shiftedPatches() ? 2 * inputs : 0)
                        + (inputs + 1 + vit.tokens()) * width
                        + classToken;
        long head = 2 * width + (width + 1) * vit.classes();
        return new Footprint(
                vit.tokens(),
                vit.width(),
                vit.heads(),
                vit.mlp(),
                vit.dropout(),
                vit.localityAttention(),
                precision,
                vit.tokens() * width * FLOAT,
                (6L * vit.tokens() * width + 3 * patches * inputs) * FLOAT,
                0,
                embedding + head + vit.depth() * block(width, vit.mlp(), vit.localityAttention()));
    }

    /** The footprint of a GPT on its longest inputs. */
    static Footprint of(GptConfig gpt, Precision precision) {
        long width = gpt.width();
        long token = gpt.vocabulary() * width;
        return new Footprint(
                gpt.context(),
                gpt.width(),
                gpt.heads(),
                gpt.mlp(),
                gpt.dropout(),
                false,
                precision,
                gpt.context() * (4L * gpt.vocabulary() + width) * FLOAT,
                (gpt.dropout() > 0 ? 6L : 4L) * gpt.context() * width * FLOAT,
                token * FLOAT,
                token + (gpt.context() + 2) * width + gpt.depth() * block(width, gpt.mlp(), false));
    }

    /** The parameters of one block. */
    private static long block(long width, long mlp, boolean locality) {
        return 4 * width * width + 2 * width * mlp + 9 * width + mlp + (locality ? 1 : 0);
    }

    /** The gradients that {@link Update#PER_BLOCK} has alive at once: one block's, and those of what belongs to none. */
    long gradientsPerBlock(int depth) {
        return parameters - (depth - 1) * block(width, mlp, locality);
    }

    /**
     * Floating-point operations of a step's matrix products: 2 for each weight and token forward, twice as many backward, and forward
     * again in blocks that are computed again; attention's two products beside them.
     */
    double flops(long samples, int depth, int recomputed) {
        double rows = (double) samples * tokens;
        double attention = 4.0 * samples * tokens * tokens * width;
        return rows * (6.0 * parameters + 2.0 * recomputed * block(width, mlp, locality))
                + attention * (3 * depth + recomputed);
    }

    /** One state, or its gradient. */
    long state(long samples) {
        return samples * tokens * width * FLOAT;
    }

    /** Bytes of the graph of one block over {@code samples} samples at once. */
    long graph(long samples) {
        return precision == Precision.FLOAT32 ? single(samples) : half(samples);
    }

    private long single(long samples) {
        long rows = samples * tokens * FLOAT;
        if (dropout == 0) {
            return rows * (9L * width + 2L * mlp + heads + STATISTICS);
        }
        // The scores, what they are dropped with and what is left; masks after both branches' last
        // products and the
        // activation; with a learned temperature q, k and v before it.
        long saved = (locality ? 13L : 10L) * width + 3L * mlp + STATISTICS;
        return rows * saved + 3 * scores(samples) * FLOAT;
    }

    private long half(long samples) {
        long rows = samples * tokens * FLOAT / 2; // twos of bfloat16
        long extra = locality ? 3L * width : 0;
        long saved;
        long attention = 0;
        if (dropout > 0) {
            saved = 12L * width + 3L * mlp + extra;
            attention = 3 * scores(samples) * FLOAT / 2;
        } else if (tokens <= Attention.SHORT) {
            saved = 10L * width + 2L * mlp + extra;
            attention = scores(samples) * FLOAT / 2;
        } else {
            saved = 11L * width + 2L * mlp + 2L * heads + extra;
        }
        return rows * (saved + 2 * STATISTICS) + attention + weights() / 2;
    }

    /** Bytes that differentiating a block takes beside its graph. */
    long workspace(long samples) {
        boolean single = precision == Precision.FLOAT32;
        long rows = samples * tokens * FLOAT;
        long perceptron = single ? rows * (width + mlp) : rows * (3L * width + mlp) / 2;
        // When attention is reached, the MLP's part of the graph is gone.
        long attention =
                dropout > 0
                        ? 2 * scores(samples) * (single ? FLOAT : FLOAT / 2) - 2 * rows * mlp
                        : 0;
        long matrix = (long) width * mlp * FLOAT;
        return Math.max(perceptron, attention) + (single ? 3 * matrix : 5 * matrix / 2);
    }

    private long scores(long samples) {
        return samples * heads * tokens * tokens;
    }

    /** The bytes of a block's matrices in float32. */
    private long weights() {
        return (4L * width * width + 2L * width * mlp) * FLOAT;
    }
}
