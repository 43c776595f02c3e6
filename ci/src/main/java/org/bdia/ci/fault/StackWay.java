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
 * One way to run a reversible stack of tiny blocks.
 *
 * @param name what is particular about it
 * @param cross whether its blocks look at a context too
 * @param pattern what a token may see; of no effect in blocks with a context
 * @param activation of the blocks' MLPs
 * @param method exact BDIA
 * @param dropout inside the blocks
 * @param dropPath the rate of stochastic depth at the last block
 * @param execution in verify mode
 * @param depth K
 */
record StackWay(
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

    /** What {@link #all} goes through. */
    static final String ALL =
            "K = 2, 12, 24, 48; |gamma| 0.5, 0.25, per sample and per batch; level 5, 9, 12; dropout and drop path 0, 0.1;"
                    + " causal, full, locality and cross-attention; exact and inverted activations; fused, plain,"
                    + " chunked; from K = 12 on mixed with stored and checkpointed blocks; bfloat16, whole and chunked,"
                    + " where the processor has it";

    private static final int HEADS = 2;
    private static final int MLP = 16;
    private static final int[] DEPTHS = {48, 24, 12, 2};

    /** From so many blocks on a twelfth of them is stored and another one checkpointed. */
    private static final int MIXED_FROM = 12;

    /** All ways, the deepest stacks first. */
    static List<StackWay> all() {
        List<StackWay> ways = new ArrayList<>();
        for (int depth : DEPTHS) {
            for (float rate : new float[] {0f, 0.1f}) {
                ways.addAll(of(depth, rate));
            }
        }
        return ways;
    }

    private static List<StackWay> of(int depth, float rate) {
        Execution fused = Execution.of(Backprop.REVERSIBLE).withVerify(true);
        Execution plain = fused.withKernels(Kernels.PLAIN);
        Execution chunked = fused.withChunkTokens(TOKENS);
        Method.Bdia half = Method.bdia(0.5);
        // Both |gamma| for every kind of stack, without twice the ways.
        Method.Bdia either = Method.bdia(rate == 0 ? 0.5 : 0.25);
        ActivationConfig inverted = ActivationConfig.inverted(ActivationConfig.Function.GELU);
        StackWay base =
                new StackWay(
                        "fused",
                        false,
                        Attention.Pattern.CAUSAL,
                        ActivationConfig.of(ActivationConfig.Function.GELU_TANH),
                        half,
                        rate,
                        0,
                        fused,
                        depth);
        StackWay full = base.with(Attention.Pattern.FULL);
        List<StackWay> ways =
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
                                base.named("cross").withContext().with(either),
                                base.named("cross, inverted").withContext().with(inverted),
                                base.named("cross, chunked, plain")
                                        .withContext()
                                        .with(plain.withChunkTokens(TOKENS))));
        if (depth >= MIXED_FROM) {
            int kept = depth / MIXED_FROM;
            ways.add(
                    base.named("mixed")
                            .with(fused.withStored(kept).withCheckpointed(kept))
                            .with(either));
        }
        if (hasBfloat16()) {
            Execution low = fused.withPrecision(Precision.BFLOAT16_BRANCH);
            ways.add(full.named("bfloat16").with(low).with(either));
            ways.add(
                    base.named("bfloat16, chunked").with(low.withChunkTokens(TOKENS)).with(either));
        }
        return ways;
    }

    /** Whether the processor computes in bfloat16. */
    static boolean hasBfloat16() {
        try {
            Bfloat16.requireOn(Device.cpu());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private StackWay named(String value) {
        return new StackWay(
                value, cross, pattern, activation, method, dropout, dropPath, execution, depth);
    }

    private StackWay withContext() {
        return new StackWay(
                name, true, pattern, activation, method, dropout, dropPath, execution, depth);
    }

    private StackWay with(Attention.Pattern value) {
        return new StackWay(
                name, cross, value, activation, method, dropout, dropPath, execution, depth);
    }

    private StackWay with(ActivationConfig value) {
        return new StackWay(
                name, cross, pattern, value, method, dropout, dropPath, execution, depth);
    }

    private StackWay with(Method.Bdia value) {
        return new StackWay(
                name, cross, pattern, activation, value, dropout, dropPath, execution, depth);
    }

    private StackWay withDropPath(double value) {
        return new StackWay(
                name, cross, pattern, activation, method, dropout, value, execution, depth);
    }

    private StackWay with(Execution value) {
        return new StackWay(
                name, cross, pattern, activation, method, dropout, dropPath, value, depth);
    }

    /** The states that one backward pass rebuilds: of x_0 … x_n it is given x_n and x_(n−1). */
    int rebuilt() {
        return depth - execution.stored() - execution.checkpointed() - 1;
    }

    /** Whether no block is stored or checkpointed. */
    boolean rebuildsAll() {
        return execution.stored() == 0 && execution.checkpointed() == 0;
    }

    /** The stack, its weights a function of its depth. */
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
