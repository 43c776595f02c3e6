package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.ActivationConfig.Derivative;
import org.bdia.config.ActivationConfig.Function;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A graph cut at the activation is the graph that autograd would hold with the approximate derivative. */
class InvertedActivationTest extends TensorTest {

    private static final int DEPTH = 4;
    private static final int BATCH = 6;
    private static final int TOKENS = 10;
    private static final int WIDTH = 16;

    @ParameterizedTest
    @CsvSource({
        "INVERTED, GELU, PLAIN, 10",
        "INVERTED, GELU, FUSED, 10",
        "INVERTED, GELU, FUSED, 128",
        "INVERTED, GELU_TANH, FUSED, 10",
        "INVERTED, SILU, PLAIN, 10",
        "SIGN_BIT, GELU, PLAIN, 10",
        "SIGN_BIT, SILU, FUSED, 10",
        "PRINTED, SILU, FUSED, 10",
        "PRINTED, GELU, PLAIN, 10"
    })
    void blocksEqualAutogradWithTheDerivativeReplaced(
            Derivative derivative, Function function, Kernels kernels, int tokens) {
        var activation = new ActivationConfig(function, derivative);
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            for (Method method : List.of(Method.standard(), Method.quantised())) {
                Execution store = Execution.of(Backprop.STORE).withKernels(kernels);
                List<TransformerBlock> blocks = blocks(activation, pattern, 0, store, tokens, 1);
                NDArray x = input(tokens);
                List<float[]> found = gradients(blocks, method, store, x);

                Gradients.clear(blocks);
                NDArray leaf = Autograd.leaf(x);
                NDArray y =
                        Autograd.recorded(
                                () -> {
                                    NDArray h = forward(blocks.get(0), leaf);
                                    return method instanceof Method.Standard ? leaf.add(h) : h;
                                });
                Autograd.backward(y, x.mul(0.01));
                NDArray dx = leaf.getGradient();
                if (!(method instanceof Method.Standard)) {
                    dx = dx.add(x.mul(0.01)); // past the rounding
                }
                List<float[]> expected = new ArrayList<>(List.of(dx.toFloatArray()));
                expected.addAll(Gradients.of(blocks));

                Gradients.assertClose(found.subList(1, found.size()), expected, 2e-6);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INVERTED, PLAIN, 0, 0",
        "INVERTED, FUSED, 0, 0",
        "INVERTED, FUSED, 0.1, 20",
        "INVERTED, PLAIN, 0.1, 0",
        "SIGN_BIT, FUSED, 0.1, 0",
        "SIGN_BIT, PLAIN, 0, 20",
        "PRINTED, FUSED, 0, 0"
    })
    void everyWayOfDifferentiatingGivesTheSameBits(
            Derivative derivative, Kernels kernels, float dropout, int chunkTokens) {
        var activation = new ActivationConfig(Function.GELU, derivative);
        Execution base =
                Execution.of(Backprop.REVERSIBLE)
                        .withKernels(kernels)
                        .withChunkTokens(chunkTokens)
                        .withVerify(true);
        for (Method method : List.of(Method.bdia(0.5), Method.bdia(0.25))) {
            List<float[]> reversible = gradients(activation, dropout, method, base);
            for (Execution other :
                    List.of(
                            base.withStored(DEPTH),
                            base.withCheckpointed(DEPTH),
                            base.withStored(2))) {
                Gradients.assertSame(gradients(activation, dropout, method, other), reversible);
            }
        }
        Execution store = base.withVerify(false).withStored(DEPTH);
        for (Method method : List.of(Method.standard(), Method.quantised())) {
            Execution plain = with(Backprop.STORE, store);
            Gradients.assertSame(
                    gradients(activation, dropout, method, with(Backprop.CHECKPOINT, store)),
                    gradients(activation, dropout, method, plain));
        }
    }

    @ParameterizedTest
    @CsvSource({"FUSED, 0, 0", "FUSED, 0.1, 0", "FUSED, 0.1, 20", "PLAIN, 0, 0"})
    void skippedBranchesStaySkipped(Kernels kernels, float dropout, int chunkTokens) {
        Execution base =
                Execution.of(Backprop.REVERSIBLE)
                        .withKernels(kernels)
                        .withChunkTokens(chunkTokens)
                        .withVerify(true);
        for (ActivationConfig activation :
                List.of(
                        ActivationConfig.inverted(Function.GELU),
                        new ActivationConfig(Function.GELU, Derivative.SIGN_BIT))) {
            for (Method method : List.of(Method.bdia(0.5), Method.bdia(0.25))) {
                List<float[]> reversible = skipping(activation, dropout, method, base);
                for (Execution other :
                        List.of(base.withStored(DEPTH), base.withCheckpointed(DEPTH))) {
                    Gradients.assertSame(skipping(activation, dropout, method, other), reversible);
                }
            }
            for (Method method : List.of(Method.standard(), Method.quantised())) {
                Execution store = with(Backprop.STORE, base);
                Execution checkpoint = with(Backprop.CHECKPOINT, base);
                List<float[]> stored = skipping(activation, dropout, method, store);
                Gradients.assertSame(skipping(activation, dropout, method, checkpoint), stored);
                if (dropout == 0 && method instanceof Method.Standard) {
                    Gradients.assertClose(
                            List.of(Gradients.joined(stored)),
                            List.of(
                                    Gradients.joined(
                                            skipping(ActivationConfig.GELU, 0, method, store))),
                            2e-4);
                }
            }
        }
    }

    private List<float[]> skipping(
            ActivationConfig activation, float dropout, Method method, Execution execution) {
        var blocks = blocks(activation, Attention.Pattern.FULL, dropout, execution, TOKENS, DEPTH);
        try (ReversibleStack stack =
                ReversibleStack.of(blocks, method, execution).withDropPath(0.5)) {
            return Gradients.of(stack, blocks, input(TOKENS), draw());
        }
    }

    private static Execution with(Backprop backprop, Execution like) {
        return Execution.of(backprop)
                .withKernels(like.kernels())
                .withChunkTokens(like.chunkTokens());
    }

    @ParameterizedTest
    @CsvSource({"FLOAT32, 0", "BFLOAT16_BRANCH, 0", "BFLOAT16_BRANCH, 0.1"})
    void everyStateIsRebuiltBitForBit(Precision precision, float dropout) {
        Execution execution = Execution.of(Backprop.REVERSIBLE).withPrecision(precision);
        for (Derivative derivative : List.of(Derivative.INVERTED, Derivative.SIGN_BIT)) {
            var activation = new ActivationConfig(Function.SILU, derivative);
            var blocks =
                    blocks(activation, Attention.Pattern.CAUSAL, dropout, execution, TOKENS, 12);
            var stack = ReversibleStack.of(blocks, Method.bdia(0.5), execution);
            assertThat(Reconstruction.of(stack, input(TOKENS), draw()).mismatches()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(Precision.class)
    void gradientsAreCloseToTheExactOnes(Precision precision) {
        for (float dropout : new float[] {0, 0.1f}) {
            Execution store = Execution.of(Backprop.STORE).withPrecision(precision);
            List<float[]> exact = gradients(ActivationConfig.GELU, 0, Method.standard(), store);
            List<float[]> inverted =
                    gradients(
                            ActivationConfig.inverted(Function.GELU),
                            dropout,
                            Method.standard(),
                            store);
            if (dropout == 0) { // with it, the masks are others
                double bound = precision == Precision.FLOAT32 ? 2e-4 : 3e-2;
                Gradients.assertClose(
                        List.of(Gradients.joined(inverted)),
                        List.of(Gradients.joined(exact)),
                        bound);
            }
            for (float[] array : inverted) {
                for (float value : array) {
                    assertThat(value).isFinite();
                }
            }
        }
    }

    @Test
    void anEncoderDecoderTrainsWithIt() {
        var config =
                new Seq2SeqConfig(11, 9, 7, 8, 2, 2, 2, 16, 0)
                        .withActivation(ActivationConfig.inverted(Function.GELU));
        List<List<float[]>> all = new ArrayList<>();
        for (Backprop backprop : Backprop.values()) {
            try (NDManager own = manager.newSubManager()) {
                var model = new Seq2Seq(config, Method.bdia(0.5), backprop);
                model.initialize(own, 3);
                NDArray ids = own.create(new long[] {1, 2, 3, 4, 5, 6}, new Shape(2, 3));
                model.differentiate(
                        new NDList(ids, ids),
                        y -> y.mul(y).sum(),
                        new StepKey(1, 2, new long[] {0, 1}));
                all.add(Gradients.of(List.of(model)));
            }
        }
        Gradients.assertSame(all.get(1), all.get(0));
        Gradients.assertSame(all.get(2), all.get(0));
    }

    @Test
    void anMlpAloneIsABranchToo() {
        for (ActivationConfig activation :
                List.of(
                        ActivationConfig.inverted(Function.SILU),
                        ActivationConfig.of(Function.LEAKY_RELU))) {
            for (Method method : List.of(Method.standard(), Method.quantised())) {
                Engine.getEngine("PyTorch").setRandomSeed(4);
                var mlp = new Mlp(WIDTH, 24, activation, 0);
                mlp.initialize(manager, DataType.FLOAT32, new Shape(1, TOKENS, WIDTH));
                Execution store = Execution.of(Backprop.STORE);
                Execution checkpoint = Execution.of(Backprop.CHECKPOINT);
                NDArray x = input(TOKENS);
                List<float[]> stored = gradients(List.of(mlp), method, store, x);
                Gradients.clear(List.of(mlp));
                Gradients.assertSame(gradients(List.of(mlp), method, checkpoint, x), stored);
            }
        }
    }

    @Test
    void trainingLeavesNothingBehind() {
        for (Backprop backprop : Backprop.values()) {
            for (float dropout : new float[] {0, 0.1f}) {
                Execution execution = Execution.of(backprop);
                var blocks =
                        blocks(
                                ActivationConfig.inverted(Function.GELU),
                                Attention.Pattern.FULL,
                                dropout,
                                execution,
                                TOKENS,
                                DEPTH);
                train(blocks, execution, 5 * dropout);
                int before = manager.getManagedArrays().size();
                for (int step = 0; step < 3; step++) {
                    try (NDScope scope = new NDScope()) {
                        scope.suppressNotUsedWarning();
                        train(blocks, execution, 5 * dropout);
                    }
                }
                assertThat(manager.getManagedArrays()).as("%s", backprop).hasSize(before);
            }
        }
    }

    private void train(List<TransformerBlock> blocks, Execution execution, double dropPath) {
        try (ReversibleStack stack =
                ReversibleStack.of(blocks, Method.bdia(0.5), execution).withDropPath(dropPath)) {
            Gradients.of(stack, blocks, input(TOKENS), draw());
        }
    }

    private List<float[]> gradients(
            ActivationConfig activation, float dropout, Method method, Execution execution) {
        var blocks = blocks(activation, Attention.Pattern.FULL, dropout, execution, TOKENS, DEPTH);
        return gradients(blocks, method, execution, input(TOKENS));
    }

    /** The output, ∂L/∂x and all parameter gradients. */
    private List<float[]> gradients(
            List<? extends Block> blocks, Method method, Execution execution, NDArray x) {
        try (ReversibleStack stack = ReversibleStack.of(blocks, method, execution)) {
            return Gradients.of(stack, blocks, x, draw());
        }
    }

    private static NDArray forward(Block block, NDArray x) {
        return block.forward(new ParameterStore(x.getManager(), false), new NDList(x), true)
                .singletonOrThrow();
    }

    private List<TransformerBlock> blocks(
            ActivationConfig activation,
            Attention.Pattern pattern,
            float dropout,
            Execution execution,
            int tokens,
            int depth) {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int k = 0; k < depth; k++) {
            var block = new TransformerBlock(WIDTH, 4, 24, pattern, activation, dropout, execution);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, tokens, WIDTH));
            blocks.add(block);
        }
        return blocks;
    }

    private NDArray input(int tokens) {
        Engine.getEngine("PyTorch").setRandomSeed(6);
        // On the grid, so that methods that round see the same.
        return manager.randomNormal(new Shape(BATCH, tokens, WIDTH)).mul(512).round().div(512);
    }

    private static StepKey draw() {
        return new StepKey(1, 2, LongStream.range(0, BATCH).toArray());
    }
}
