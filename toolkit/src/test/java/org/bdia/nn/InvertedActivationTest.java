package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
                NDArray dy = manager.create(found.get(0), x.getShape()).mul(0.01);
                Autograd.backward(y, dy);
                NDArray dx = leaf.getGradient();
                if (!(method instanceof Method.Standard)) {
                    dx = dx.add(dy); // past the rounding
                }
                List<float[]> expected = new ArrayList<>(List.of(dx.toFloatArray()));
                expected.addAll(Gradients.of(blocks));

                Gradients.assertClose(found.subList(1, found.size()), expected, 2e-6);
            }
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

    @ParameterizedTest
    @EnumSource(Kernels.class)
    void gradientsOfSkippedBranchesAreCloseToTheExactOnes(Kernels kernels) {
        Execution store = Execution.of(Backprop.STORE).withKernels(kernels);
        float[] exact = skipping(ActivationConfig.GELU, store);
        for (Derivative derivative : List.of(Derivative.INVERTED, Derivative.SIGN_BIT)) {
            float[] found = skipping(new ActivationConfig(Function.GELU, derivative), store);
            Gradients.assertClose(List.of(found), List.of(exact), 2e-4);
        }
    }

    private float[] skipping(ActivationConfig activation, Execution execution) {
        var blocks = blocks(activation, Attention.Pattern.FULL, 0, execution, TOKENS, DEPTH);
        try (var stack = ReversibleStack.of(blocks, Method.standard(), execution)) {
            return Gradients.joined(
                    Gradients.of(stack.withDropPath(0.5), blocks, input(TOKENS), draw()));
        }
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
