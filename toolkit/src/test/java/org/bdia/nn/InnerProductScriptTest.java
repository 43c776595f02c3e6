package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.nn.BranchScript.Dropping;
import org.bdia.nn.BranchScript.Options;
import org.bdia.nn.BranchScript.Part;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.bdia.torch.Products;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Values and hand-written derivatives by inner products are those of the plain twin. */
class InnerProductScriptTest {

    @BeforeAll
    static void loadTheEngine() {
        Engine.getEngine("PyTorch");
    }

    @ParameterizedTest
    @EnumSource(ActivationConfig.Function.class)
    void everyActivationAgreesWithItsTwin(ActivationConfig.Function function) {
        var options = new Options(12, 3, 20, Attention.Pattern.FULL, ActivationConfig.of(function));
        for (boolean dropout : new boolean[] {false, true}) {
            assertThat(difference(options, 5, 7, null, dropout)).isLessThan(2e-5);
        }
    }

    @Test
    void everyPatternMaskAndDropoutAgreesWithItsTwin() {
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            var options = new Options(12, 3, 20, pattern, ActivationConfig.GELU);
            for (long batch : new long[] {1, 2, 5}) {
                for (boolean dropout : new boolean[] {false, true}) {
                    assertThat(difference(options, batch, 7, null, dropout)).isLessThan(2e-5);
                    for (Shape mask :
                            new Shape[] {
                                new Shape(1, 1, 1, 7),
                                new Shape(1, 3, 7, 7),
                                new Shape(batch, 1, 1, 7)
                            }) {
                        assertThat(difference(options, batch, 7, mask, dropout)).isLessThan(2e-5);
                    }
                }
            }
        }
    }

    /** Odd sizes, a hidden width below the width, one head, sizes at which the kernels are chosen. */
    @ParameterizedTest
    @CsvSource({
        "1, 256, 8, 1, 8",
        "64, 16, 64, 4, 128",
        "3, 97, 30, 5, 17",
        "2, 300, 48, 6, 200",
        "32, 64, 65, 5, 33",
        "4, 65, 128, 8, 512",
    })
    void otherSizesAgreeWithTheirTwin(long batch, long tokens, int width, int heads, int mlp) {
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            var options = new Options(width, heads, mlp, pattern, ActivationConfig.GELU);
            for (boolean dropout : new boolean[] {false, true}) {
                assertThat(difference(options, batch, tokens, null, dropout)).isLessThan(5e-5);
            }
            Shape padding = new Shape(batch, 1, 1, tokens);
            assertThat(difference(options, batch, tokens, padding, false)).isLessThan(5e-5);
        }
    }

    /** As a learned bias of positions has one. */
    @Test
    void aMaskGetsItsGradient() {
        var options = new Options(12, 3, 20, Attention.Pattern.CAUSAL, ActivationConfig.GELU);
        try (NDManager manager = NDManager.newBaseManager()) {
            for (Shape sizes :
                    new Shape[] {
                        new Shape(7), new Shape(7, 7), new Shape(1, 3, 7, 7), new Shape(5, 1, 1, 7)
                    }) {
                NDArray values = manager.randomNormal(sizes);
                float[] linear = maskGradient(options, values, "linear", manager);
                float[] inner = maskGradient(options, values, "inner", manager);
                assertThat(inner).usingComparatorWithPrecision(1e-4f).containsExactly(linear);
                assertThat(linear).as("a gradient").isNotEqualTo(new float[linear.length]);
            }
        }
    }

    private static float[] maskGradient(
            Options options, NDArray values, String products, NDManager manager) {
        System.setProperty("bdia.products", products);
        try {
            var block =
                    new TransformerBlock(
                            options.width(), options.heads(), options.mlp(), options.pattern(), 0);
            Engine.getEngine("PyTorch").setRandomSeed(3);
            var sizes = new Shape(5, 7, options.width());
            block.initialize(manager, DataType.FLOAT32, sizes);
            NDArray mask = Autograd.leaf(values);
            var stack = ReversibleStack.of(List.of(block), Method.standard(), Backprop.STORE);
            var key = new StepKey(1, 0, LongStream.range(0, 5).toArray());
            stack.forward(manager.randomNormal(sizes), new NDList(mask), key);
            stack.backward(manager.randomNormal(sizes));
            return mask.getGradient().toFloatArray();
        } finally {
            System.clearProperty("bdia.products");
        }
    }

    private static double difference(
            Options options, long batch, long tokens, Shape mask, boolean dropout) {
        double largest = 0;
        for (boolean gradients : new boolean[] {false, true}) {
            var shape =
                    new KernelShape(
                            Part.WHOLE,
                            options,
                            Products.INNER,
                            Precision.FLOAT32,
                            Device.cpu(),
                            batch,
                            tokens,
                            0,
                            mask,
                            dropout,
                            gradients,
                            JniUtils.getNumThreads());
            var script = new InnerProductScript(options, mask != null, new Dropping(dropout, 0));
            largest =
                    Math.max(
                            largest,
                            KernelCheck.difference(shape, new InnerProductFunctions(script)));
        }
        return largest;
    }
}
