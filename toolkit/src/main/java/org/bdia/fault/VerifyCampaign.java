package org.bdia.fault;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.bdia.nn.Attention;
import org.bdia.nn.DecoderBlock;
import org.bdia.nn.Gelu;
import org.bdia.nn.TransformerBlock;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Draw;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Kernels;
import org.bdia.reversible.Method;
import org.bdia.reversible.Precision;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.ReconstructionException;
import org.bdia.reversible.ReversibleStack;

/**
 * Compares rebuilt states with those made, in every way that a stack can be run: by fingerprint in the backward passes of
 * verify mode, and once per way activation by activation.
 *
 * <p>Letters: B = 2 samples, T = 4 tokens, D = 8. The input is another one in every pass.
 */
public final class VerifyCampaign {

    private static final int BATCH = 2;
    private static final int TOKENS = 4;
    private static final int WIDTH = 8;
    private static final int HEADS = 2;
    private static final int MLP = 16;
    private static final int REPORT_EVERY = 8;
    private static final int[] DEPTHS = {48, 24, 12, 2};

    private final Consumer<String> out;
    private long states;
    private long passes;
    private long mismatches;
    private long activations;
    private long differing;

    /** A campaign that tells of its progress. */
    public VerifyCampaign(Consumer<String> out) {
        this.out = out;
    }

    /**
     * One way to run a stack.
     *
     * @param cross whether its blocks look at a context too
     */
    private record Way(
            String name,
            boolean cross,
            Attention.Pattern pattern,
            double gamma,
            float dropout,
            Execution execution,
            int depth) {}

    /** Compares at least so many states by fingerprint, split evenly over all ways. */
    public List<Finding> run(long wanted) {
        List<Way> ways = ways();
        for (int i = 0; i < ways.size(); i++) {
            // Those that are left share what is left, so that the sum comes out.
            compare(ways.get(i), (wanted - states + ways.size() - i - 1) / (ways.size() - i));
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == ways.size()) {
                out.accept(
                        String.format(
                                "%d of %d ways, %,d states compared, %d mismatches",
                                i + 1, ways.size(), states, mismatches + differing));
            }
        }
        return List.of(
                Finding.of(
                        String.format(
                                "states are rebuilt in backward passes, in %d ways: %s",
                                ways.size(), WAYS),
                        String.format("at least %,d fingerprints compared, 0 mismatches", wanted),
                        String.format(
                                "%,d states compared by fingerprint in %,d passes, %d mismatches",
                                states, passes, mismatches),
                        states >= wanted && mismatches == 0),
                Finding.of(
                        "states are rebuilt by the inverse, once in every way",
                        "every activation compared by value, 0 mismatches",
                        String.format(
                                "%,d activations compared, %d mismatches", activations, differing),
                        activations > 0 && differing == 0));
    }

    private static final String WAYS =
            "K = 2, 12, 24, 48; |gamma| 0.5, 0.25; dropout 0, 0.1; causal, full, locality and"
                    + " cross-attention; fused, plain, chunked, mixed with stored and checkpointed blocks,"
                    + " bfloat16 where the processor has it";

    private static List<Way> ways() {
        Execution fused = Execution.of(Backprop.REVERSIBLE).withVerify(true);
        Execution plain = fused.withKernels(Kernels.PLAIN);
        List<Way> ways = new ArrayList<>();
        for (int depth : DEPTHS) {
            for (float dropout : new float[] {0f, 0.1f}) {
                double gamma = dropout == 0 ? 0.5 : 0.25;
                var full = Attention.Pattern.FULL;
                var causal = Attention.Pattern.CAUSAL;
                var locality = Attention.Pattern.LOCALITY;
                ways.add(new Way("fused", false, causal, 0.5, dropout, fused, depth));
                ways.add(new Way("fused", false, locality, gamma, dropout, fused, depth));
                ways.add(new Way("plain", false, full, gamma, dropout, plain, depth));
                ways.add(
                        new Way(
                                "chunked",
                                false,
                                full,
                                0.5,
                                dropout,
                                fused.withChunkTokens(TOKENS),
                                depth));
                ways.add(
                        new Way(
                                "mixed",
                                false,
                                causal,
                                gamma,
                                dropout,
                                fused.withStored(depth / 12).withCheckpointed(depth / 12),
                                depth));
                ways.add(new Way("cross", true, causal, gamma, dropout, fused, depth));
                ways.add(
                        new Way(
                                "cross, chunked, plain",
                                true,
                                causal,
                                0.5,
                                dropout,
                                plain.withChunkTokens(TOKENS),
                                depth));
                if (hasBfloat16()) {
                    ways.add(
                            new Way(
                                    "bfloat16",
                                    false,
                                    full,
                                    gamma,
                                    dropout,
                                    fused.withPrecision(Precision.BFLOAT16_BRANCH),
                                    depth));
                }
            }
        }
        return ways;
    }

    private static boolean hasBfloat16() {
        try {
            Precision.BFLOAT16_BRANCH.requireOn(Device.cpu());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private void compare(Way way, long share) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                ReversibleStack stack = stack(way, manager)) {
            long rebuilt =
                    (long) stack.depth()
                            - way.execution().stored()
                            - way.execution().checkpointed();
            long until = states + share;
            for (long step = 0; states < until; step++) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    pass(stack, way, manager, step);
                    // x_0 … x_n, the last two of which the backward pass begins with.
                    states += rebuilt + 1;
                    passes++;
                } catch (ReconstructionException e) {
                    mismatches++;
                    out.accept(way + ": " + e.getMessage());
                    return;
                }
            }
            if (rebuilt == stack.depth()) {
                Reconstruction all =
                        Reconstruction.of(stack, input(manager, 0), context(way, manager), draw(0));
                activations += all.activations();
                differing += all.mismatches();
            }
        }
    }

    private static void pass(ReversibleStack stack, Way way, NDManager manager, long step) {
        NDArray x = input(manager, step);
        NDArray y = stack.forward(x, context(way, manager), draw(step));
        // Small, because gradients add up over all passes and must stay finite.
        stack.backward(Autograd.unrecorded(() -> y.mul(1e-6f)));
    }

    private static ReversibleStack stack(Way way, NDManager manager) {
        Engine.getEngine("PyTorch").setRandomSeed(way.depth());
        List<Block> blocks = new ArrayList<>();
        Shape state = new Shape(1, TOKENS, WIDTH);
        for (int k = 0; k < way.depth(); k++) {
            if (way.cross()) {
                Block block = new DecoderBlock(WIDTH, HEADS, MLP, way.dropout());
                block.initialize(manager, DataType.FLOAT32, state, state);
                blocks.add(block);
            } else {
                Block block =
                        new TransformerBlock(
                                WIDTH,
                                HEADS,
                                MLP,
                                way.pattern(),
                                Gelu.TANH,
                                way.dropout(),
                                way.execution());
                block.initialize(manager, DataType.FLOAT32, state);
                blocks.add(block);
            }
        }
        return ReversibleStack.of(blocks, Method.bdia(way.gamma()), way.execution());
    }

    private static NDList context(Way way, NDManager manager) {
        return way.cross() ? new NDList(input(manager, 1L << 40)) : new NDList();
    }

    private static NDArray input(NDManager manager, long step) {
        Engine.getEngine("PyTorch").setRandomSeed((int) (step * 31 + 7));
        return manager.randomNormal(new Shape(BATCH, TOKENS, WIDTH));
    }

    private static Draw draw(long step) {
        return new Draw(11, step, LongStream.range(0, BATCH).toArray());
    }
}
