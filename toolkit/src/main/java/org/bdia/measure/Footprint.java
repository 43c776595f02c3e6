package org.bdia.measure;

import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Precision;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.measure.BranchFootprint.Kind;
import org.bdia.torch.Products;

/**
 * Bytes that the parts of a training step keep in memory, from the sizes of a model alone: of one stack, its embedding and its head.
 *
 * @param block a whole block of the stack
 * @param depth blocks of the stack
 * @param streams the method's
 * @param table bytes of the token embedding's gradient, which the engine makes anew before it adds it up; 0 without one
 * @param outside parameters of the stack's embedding and head
 * @param multiplied those of them that every token is multiplied with
 */
record Footprint(
        BranchFootprint block,
        int depth,
        int streams,
        long headPerSample,
        long embeddingPerSample,
        long table,
        long outside,
        long multiplied) {

    private static final long FLOAT = Float.BYTES;
    private static final int COLOURS = 3;
    private static final int SHIFTED = 5;

    /** The footprint of a model's last stack, on its longest inputs. */
    static Footprint of(ModelConfig model, Method method, Precision precision) {
        if (model instanceof VitConfig vit) {
            return of(vit, method.streams(), precision);
        }
        if (model instanceof GptConfig gpt) {
            return tokens(
                    block(Kind.BLOCK, gpt, gpt.context(), false, precision),
                    gpt.depth(),
                    method.streams(),
                    gpt.vocabulary(),
                    true);
        }
        var pair = (Seq2SeqConfig) model;
        return tokens(
                block(Kind.DECODER, pair, pair.context(), false, precision),
                pair.decoderDepth(),
                1,
                pair.targetVocabulary(),
                true);
    }

    /** The footprint of an encoder, whose head is a norm. */
    static Footprint encoder(Seq2SeqConfig pair, Precision precision) {
        return tokens(
                block(Kind.ENCODER, pair, pair.context(), false, precision),
                pair.encoderDepth(),
                1,
                pair.sourceVocabulary(),
                false);
    }

    private static Footprint of(VitConfig vit, int streams, Precision precision) {
        long patches = (long) (vit.image() / vit.patch()) * (vit.image() / vit.patch());
        long inputs =
                (long) COLOURS * vit.patch() * vit.patch() * (vit.shiftedPatches() ? SHIFTED : 1);
        long width = vit.width();
        long classToken = vit.pooling() == VitConfig.Pooling.CLASS_TOKEN ? width : 0;
        long embedding =
                (vit.shiftedPatches() ? 2 * inputs : 0)
                        + (inputs + 1 + vit.tokens()) * width
                        + classToken;
        long read = streams * width;
        long head = 2 * read + (read + 1) * vit.classes();
        return new Footprint(
                block(Kind.BLOCK, vit, vit.tokens(), vit.localityAttention(), precision),
                vit.depth(),
                streams,
                vit.tokens() * read * FLOAT,
                (6L * vit.tokens() * width + 3 * patches * inputs) * FLOAT,
                0,
                embedding + head,
                embedding + head);
    }

    private static BranchFootprint block(
            Kind kind, ModelConfig model, int tokens, boolean locality, Precision precision) {
        return new BranchFootprint(
                kind,
                tokens,
                model.width(),
                model.heads(),
                model.mlp(),
                model.dropout(),
                locality,
                precision,
                Products.fewestTokens());
    }

    private static Footprint tokens(
            BranchFootprint block, int depth, int streams, long vocabulary, boolean logits) {
        long tokens = block.tokens();
        long width = block.width();
        long outside = (vocabulary + tokens + 2) * width;
        return new Footprint(
                block,
                depth,
                streams,
                logits ? tokens * (4 * vocabulary + streams * width) * FLOAT : 0,
                (block.dropout() > 0 ? 6L : 4L) * tokens * width * FLOAT,
                vocabulary * width * FLOAT,
                outside,
                logits ? outside : 0);
    }

    /** The stack's branches: its blocks, or their halves. */
    int branches() {
        return depth * streams;
    }

    /** Branch k of the stack. */
    BranchFootprint branch(int k) {
        if (streams == 1) {
            return block;
        }
        return block.as(k % 2 == 0 ? Kind.ATTENTION : Kind.PERCEPTRON);
    }

    /** The parameters of stack, embedding and head. */
    long parameters() {
        return outside + depth * block.parameters();
    }

    /**
     * Floating-point operations of a step's matrix products: 2 for each weight and token forward, twice as many backward, and forward
     * again in blocks that are computed again; attention's two products beside them.
     */
    double flops(long samples, double recomputed) {
        double rows = (double) samples * block.tokens();
        double passes = 3 * depth + recomputed;
        return rows * 2 * (3.0 * multiplied + passes * block.weights())
                + 2 * samples * passes * block.products();
    }

    /** One state, or its gradient. */
    long state(long samples) {
        return samples * block.tokens() * block.width() * FLOAT;
    }
}
