package org.bdia.experiment;

import org.bdia.nn.GptConfig;
import org.bdia.nn.ModelConfig;
import org.bdia.nn.Seq2SeqConfig;
import org.bdia.nn.VitConfig;
import org.bdia.run.RunConfig;

/**
 * A rough upper estimate of the memory that a run's JVM needs, by which a sweep chooses how many fit side by side.
 *
 * <p>Letters: B batch, T tokens, D width, M the MLP's hidden width, H heads, K blocks, V classes or vocabulary. In
 * bytes: {@value #JVM_MIB} MiB for JVM, libtorch and data; 16 for each parameter (weight, gradient, two of the
 * optimiser); 4 B T for each of 12 D + 3 M + 3 H T activations of a block, of all K blocks with STORE, else of one
 * beside K D (CHECKPOINT) or 4 D + K D/16 (REVERSIBLE); 16 B T V for scores and their gradients.
 *
 * <p>Five laptop-sized runs of images and text on two cores (standard and BDIA, widths 64 and 256) had peaks of 0.56 to 0.92
 * GiB of resident memory where this says 1.0 to 1.4.
 */
final class MemoryEstimate {

    private static final int JVM_MIB = 1024;

    private MemoryEstimate() {}

    /** Sizes that the estimate is made of. */
    private record Sizes(
            long parameters,
            long tokens,
            long width,
            long mlp,
            long heads,
            long depth,
            long scores) {}

    static long bytes(RunConfig config) {
        Sizes s = sizes(config.model());
        long samples = config.train().batch() * s.tokens();
        long block = 12 * s.width() + 3 * s.mlp() + 3 * s.heads() * s.tokens();
        long kept =
                switch (config.backprop()) {
                    case STORE -> s.depth() * block;
                    case CHECKPOINT -> block + s.depth() * s.width();
                    case REVERSIBLE -> block + 4 * s.width() + s.depth() * s.width() / 16;
                };
        return (1L << 20) * JVM_MIB
                + 16 * s.parameters()
                + 4 * samples * kept
                + 16L * config.train().batch() * s.scores();
    }

    private static Sizes sizes(ModelConfig model) {
        if (model instanceof VitConfig vit) {
            long d = vit.width();
            long patch = 3L * vit.patch() * vit.patch() * (vit.shiftedPatches() ? 5 : 1);
            long outside = patch * d + vit.tokens() * d + d * vit.classes();
            return new Sizes(
                    outside + vit.depth() * block(d, vit.mlp(), 4),
                    vit.tokens(),
                    d,
                    vit.mlp(),
                    vit.heads(),
                    vit.depth(),
                    vit.classes());
        }
        if (model instanceof GptConfig gpt) {
            long d = gpt.width();
            long outside = (long) gpt.vocabulary() * d + gpt.context() * d;
            return new Sizes(
                    outside + gpt.depth() * block(d, gpt.mlp(), 4),
                    gpt.context(),
                    d,
                    gpt.mlp(),
                    gpt.heads(),
                    gpt.depth(),
                    (long) gpt.context() * gpt.vocabulary());
        }
        Seq2SeqConfig pair = (Seq2SeqConfig) model;
        long d = pair.width();
        long outside =
                d * (pair.sourceVocabulary() + pair.targetVocabulary() + 2L * pair.context());
        long blocks =
                pair.encoderDepth() * block(d, pair.mlp(), 4)
                        + pair.decoderDepth() * block(d, pair.mlp(), 8);
        return new Sizes(
                outside + blocks,
                pair.context(),
                d,
                pair.mlp(),
                2L * pair.heads(),
                pair.depth(),
                (long) pair.context() * pair.targetVocabulary());
    }

    /** Parameters of a block with so many D × D matrices of attention. */
    private static long block(long width, long mlp, int squares) {
        return squares * width * width + 2 * width * mlp;
    }
}
