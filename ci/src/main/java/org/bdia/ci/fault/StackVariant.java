package org.bdia.ci.fault;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.nn.Attention;
import org.bdia.nn.DecoderBlock;
import org.bdia.nn.TransformerBlock;
import org.bdia.reversible.ReversibleStack;
import org.bdia.torch.Bfloat16;

/**
 * One variant of a reversible stack of tiny blocks.
 *
 * @param name its distinguishing property
 * @param cross whether its blocks have cross-attention
 * @param pattern the tokens that a token attends to; of no effect with cross-attention
 * @param activation the activation of the blocks' MLPs
 * @param method exact BDIA
 * @param dropout the dropout rate inside the blocks
 * @param dropPath the rate of stochastic depth at the last block
 * @param execution its execution, in verify mode
 * @param depth K
 */
record StackVariant(
        String name,
        boolean cross,
        Attention.Pattern pattern,
        ActivationConfig activation,
        Method.Bdia method,
        float dropout,
        double dropPath,
        Execution execution,
        int depth) {

    /** T, the tokens of a state. */
    static final int TOKENS = 4;

    /** D, the width of a state. */
    static final int WIDTH = 8;

    /** The variants of {@link #all} in words. */
    static final String ALL =
            "K = 2, 12, 24, 48; |gamma| 0.5, 0.25, per sample and per batch; level 5, 9, 12; dropout and drop path 0, 0.1;"
                    + " causal, full, locality and cross-attention; exact and inverted activations; fused, plain,"
                    + " chunked; from K = 12 on mixed with stored and checkpointed blocks; bfloat16, whole and chunked,"
                    + " where the processor has it";

    private static final int HEADS = 2;
    private static final int MLP = 16;
    private static final int[] DEPTHS = {48, 24, 12, 2};

    /** Depth from which on a twelfth of the blocks is stored and another one checkpointed. */
    private static final int MIXED_FROM = 12;

    /** Returns all variants, the deepest stacks first. */
    static List<StackVariant> all() {
        List<StackVariant> variants = new ArrayList<>();
        for (int depth : DEPTHS) {
            for (float rate : new float[] {0f, 0.1f}) {
                variants.addAll(of(depth, rate));
            }
        }
        return variants;
    }

    private static List<StackVariant> of(int depth, float rate) {
        Execution fused = Execution.of(Backprop.REVERSIBLE).withVerify(true);
        Execution plain = fused.withKernels(Kernels.PLAIN);
        Execution chunked = fused.withChunkTokens(TOKENS);
        Method.Bdia half = Method.bdia(0.5);
        // Both |gamma| for every kind of stack, without twice the variants.
        Method.Bdia either = Method.bdia(rate == 0 ? 0.5 : 0.25);
        ActivationConfig inverted = ActivationConfig.inverted(ActivationConfig.Function.GELU);
        StackVariant base =
                new StackVariant(
                        "fused",
                        false,
                        Attention.Pattern.CAUSAL,
                        ActivationConfig.of(ActivationConfig.Function.GELU_TANH),
                        half,
                        rate,
                        0,
                        fused,
                        depth);
        StackVariant full = base.with(Attention.Pattern.FULL);
        List<StackVariant> variants =
                new ArrayList<>(
                        List.of(
                                base,
                                base.with(Attention.Pattern.LOCALITY).with(either),
                                full.named("plain").with(plain).with(either),
                                full.named("chunked").with(chunked),
                                base.named("level 5").with(either.withLevel(5)),
                                full.named("level 12").with(either.withLevel(12)),
                                base.named("gamma per batch").with(either.perBatch()),
                                full.named("inverted").with(inverted).with(either),
                                base.named("inverted, chunked, plain")
                                        .with(inverted)
                                        .with(plain.withChunkTokens(TOKENS)),
                                full.named("drop path").withDropPath(0.1).with(either),
                                base.named("cross").withCrossAttention().with(either),
                                base.named("cross, inverted").withCrossAttention().with(inverted),
                                base.named("cross, chunked, plain")
                                        .withCrossAttention()
                                        .with(plain.withChunkTokens(TOKENS))));
        if (depth >= MIXED_FROM) {
            int kept = depth / MIXED_FROM;
            variants.add(
                    base.named("mixed")
                            .with(fused.withStored(kept).withCheckpointed(kept))
                            .with(either));
        }
        if (hasBfloat16()) {
            Execution low = fused.withPrecision(Precision.BFLOAT16_BRANCH);
            variants.add(full.named("bfloat16").with(low).with(either));
            variants.add(
                    base.named("bfloat16, chunked").with(low.withChunkTokens(TOKENS)).with(either));
        }
        return variants;
    }

    /** Returns whether the processor computes in bfloat16. */
    static boolean hasBfloat16() {
        try {
            Bfloat16.requireOn(Device.cpu());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private StackVariant named(String value) {
        return new StackVariant(
                value, cross, pattern, activation, method, dropout, dropPath, execution, depth);
    }

    private StackVariant withCrossAttention() {
        return new StackVariant(
                name, true, pattern, activation, method, dropout, dropPath, execution, depth);
    }

    private StackVariant with(Attention.Pattern value) {
        return new StackVariant(
                name, cross, value, activation, method, dropout, dropPath, execution, depth);
    }

    private StackVariant with(ActivationConfig value) {
        return new StackVariant(
                name, cross, pattern, value, method, dropout, dropPath, execution, depth);
    }

    private StackVariant with(Method.Bdia value) {
        return new StackVariant(
                name, cross, pattern, activation, value, dropout, dropPath, execution, depth);
    }

    private StackVariant withDropPath(double value) {
        return new StackVariant(
                name, cross, pattern, activation, method, dropout, value, execution, depth);
    }

    private StackVariant with(Execution value) {
        return new StackVariant(
                name, cross, pattern, activation, method, dropout, dropPath, value, depth);
    }

    /** Returns the number of states that one backward pass rebuilds: all of x_0 … x_n but x_n and x_(n−1). */
    int rebuilt() {
        return depth - execution.stored() - execution.checkpointed() - 1;
    }

    /** Returns whether no block is stored or checkpointed. */
    boolean rebuildsAll() {
        return execution.stored() == 0 && execution.checkpointed() == 0;
    }

    /** Creates the stack; its weights are a function of its depth. */
    ReversibleStack stack(NDManager manager) {
        Engine.getEngine("PyTorch").setRandomSeed(depth);
        List<Block> blocks = new ArrayList<>();
        for (int k = 0; k < depth; k++) {
            blocks.add(block(manager));
        }
        return ReversibleStack.of(blocks, method, execution).withDropPath(dropPath);
    }

    private Block block(NDManager manager) {
        Shape state = new Shape(1, TOKENS, WIDTH);
        if (cross) {
            AbstractBlock block = new DecoderBlock(WIDTH, HEADS, MLP, activation, dropout);
            block.initialize(manager, DataType.FLOAT32, state, state);
            return block;
        }
        AbstractBlock block =
                new TransformerBlock(WIDTH, HEADS, MLP, pattern, activation, dropout, execution);
        block.initialize(manager, DataType.FLOAT32, state);
        return block;
    }
}
