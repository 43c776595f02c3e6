package org.bdia.activation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.ActivationConfig.Derivative;
import org.bdia.config.ActivationConfig.Function;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Activations in place and out of place agree with each other and with the exact ones. */
class ActivationKernelTest extends TensorTest {

    static List<ActivationConfig> inverted() {
        return Stream.of(
                        "inverted-gelu",
                        "inverted-gelu-tanh",
                        "inverted-silu",
                        "sign-bit-gelu",
                        "sign-bit-gelu-tanh",
                        "sign-bit-silu",
                        "printed-gelu",
                        "printed-silu")
                .map(ActivationConfig::parse)
                .toList();
    }

    @ParameterizedTest
    @CsvSource({
        "PRINTED, GELU, 1.8e-2, 2.0e-2",
        "PRINTED, SILU, 2.7e-3, 3.0e-3",
        "INVERTED, GELU, 4e-5, 5.3e-5",
        "INVERTED, GELU_TANH, 4e-5, 5.3e-5",
        "INVERTED, SILU, 6e-5, 8.0e-5"
    })
    void theDerivativeErrsByNoMoreThanStated(
            Derivative derivative, Function function, double least, double most) {
        double turn = Inversion.of(function).turn();
        NDArray wide = manager.linspace(-30, 30, 600_001).toType(DataType.FLOAT64, false);
        NDArray near = manager.linspace(-1e-3f, 1e-3f, 20_001).toType(DataType.FLOAT64, false);
        NDArray x = wide.concat(near.add(turn), 0).concat(manager.create(new double[] {turn}), 0);

        NDArray found = slope(new ActivationConfig(function, derivative), x);
        NDArray expected = slope(ActivationConfig.of(function), x);

        double error = found.sub(expected).abs().max().getDouble();
        assertThat(error).isBetween(least, most);
    }

    @ParameterizedTest
    @MethodSource("inverted")
    void valuesAreThoseOfTheFunctionAndGradientsFiniteEverywhere(ActivationConfig activation) {
        float turn = (float) Inversion.of(activation.function()).turn();
        float[] edges = {
            turn,
            Math.nextUp(turn),
            Math.nextDown(turn),
            turn + 1e-5f,
            turn - 1e-5f,
            0f,
            -0f,
            Float.MIN_VALUE,
            -Float.MIN_VALUE,
            -5.8f,
            5.5f,
            -20f,
            20f,
            -100f,
            100f,
            1e30f,
            -1e30f,
            1e38f,
            -1e38f
        };
        NDArray x = manager.create(edges);
        float[] y = value(activation, x).toFloatArray();
        float[] exact = value(ActivationConfig.of(activation.function()), x).toFloatArray();
        float[] slope = slope(activation, x).toFloatArray();
        float[] exactSlope = slope(ActivationConfig.of(activation.function()), x).toFloatArray();
        // what is known of √(y − m) in float32, beside the error of the formula
        double bound = activation.derivative() == Derivative.PRINTED ? 2e-2 : 5e-4;
        for (int i = 0; i < edges.length; i++) {
            float ulp = 4 * Math.ulp(exact[i]); // DJL's operations round more often
            if (activation.derivative() == Derivative.SIGN_BIT) {
                int bits = Float.floatToRawIntBits(y[i]);
                assertThat(y[i]).as("x = %s", edges[i]).isCloseTo(exact[i], within(ulp));
                assertThat(bits & 1).as("x = %s", edges[i]).isEqualTo(edges[i] < turn ? 1 : 0);
            } else {
                assertThat(y[i]).as("x = %s", edges[i]).isCloseTo(exact[i], within(ulp));
            }
            // DJL's operations overflow on the way to the slope of GELU_TANH
            double wanted = Float.isNaN(exactSlope[i]) ? (edges[i] > 0 ? 1 : 0) : exactSlope[i];
            assertThat((double) slope[i])
                    .as("slope at x = %s", edges[i])
                    .isCloseTo(wanted, within(bound));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 8, 65_536, 65_549, 200_001})
    void inPlaceEqualsTheTwinThatAutogradDifferentiates(int size) {
        NDArray x = normal(size);
        NDArray above = normal(size);
        for (ActivationConfig activation : inverted()) {
            var kernel = new ActivationKernel(activation);
            NDArray leaf = Autograd.leaf(x.duplicate());
            NDArray y = Autograd.recorded(() -> kernel.apply(leaf));
            Autograd.backward(y, above);

            NDArray h = x.duplicate();
            NDArray bits = kernel.overwrite(h, 0);
            assertClose(h, y, 3e-7); // rests of vectors round otherwise, and slices have others
            long planes = activation.derivative() == Derivative.SIGN_BIT ? 0 : 1;
            assertThat(bits.size()).isEqualTo(planes * ((size + 7) / 8));

            kernel.differentiate(h, bits, above, 0);
            assertClose(h, leaf.getGradient(), 1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("inverted")
    void workInPlaceLeavesNothingBehind(ActivationConfig activation) {
        NDArray h = normal(200_001);
        NDArray above = normal(200_001);
        var kernel = new ActivationKernel(activation);
        List<Integer> arrays = new ArrayList<>();
        for (int i = 0; i < 3; i++) { // the first compiles
            try (NDArray bits = kernel.overwrite(h, 0)) {
                kernel.differentiate(h, bits, above, 0);
            }
            arrays.add(((BaseNDManager) manager).getManagedArrays().size());
        }
        assertThat(arrays.get(2)).isEqualTo(arrays.get(1)).isEqualTo(arrays.get(0));
    }

    @ParameterizedTest
    @MethodSource("inverted")
    void dropoutBehindItIsUndoneByABit(ActivationConfig activation) {
        float rate = 0.3f;
        NDArray x = normal(70_001);
        NDArray above = normal(70_001);
        var kernel = new ActivationKernel(activation);
        NDArray h = x.duplicate();
        NDArray bits = kernel.overwrite(h, rate);

        NDArray y = value(activation, x);
        NDArray chosen = h.neq(0).toType(DataType.FLOAT32, false);
        assertThat(chosen.mean().getFloat()).isCloseTo(1 - rate, within(0.01f));
        NDArray scaled = chosen.mul(above).div(1 - rate);
        assertClose(h, y.mul(chosen).div(1 - rate), 1e-6);

        kernel.differentiate(h, bits, above, rate);
        // y is known after a multiplication and a division only, which matters at the minimum
        assertClose(h, slope(activation, x).mul(scaled), 2e-3);
    }

    @ParameterizedTest
    @EnumSource(Function.class)
    void blocksOfAnyNetworkTakeIt(Function function) {
        NDArray x = normal(1000);
        var block = new ActivationBlock(ActivationConfig.inverted(function));
        block.initialize(manager, DataType.FLOAT32, x.getShape());
        UnaryOperator<NDArray> forward =
                array ->
                        block.forward(new ParameterStore(manager, false), new NDList(array), true)
                                .singletonOrThrow();
        NDArray leaf = Autograd.leaf(x);
        NDArray y = Autograd.recorded(() -> forward.apply(leaf));
        Autograd.backward(y, y.onesLike());
        assertClose(leaf.getGradient(), slope(ActivationConfig.of(function), x), 5e-4);
        assertClose(y, value(ActivationConfig.of(function), x), 1e-7);
        assertThat(leaf.toFloatArray()).isEqualTo(x.toFloatArray());
    }

    @Test
    void theReluFamilyIsDifferentiatedFromItsValue() {
        NDArray x = manager.create(new float[] {-2, -1, 0, 3});
        assertThat(value(ActivationConfig.of(Function.RELU), x).toFloatArray())
                .containsExactly(0, 0, 0, 3);
        assertThat(value(ActivationConfig.of(Function.LEAKY_RELU), x).toFloatArray())
                .containsExactly(-0.02f, -0.01f, 0, 3);
        assertThat(slope(ActivationConfig.of(Function.RELU), x).toFloatArray())
                .containsExactly(0, 0, 0, 1);
        assertThat(slope(ActivationConfig.of(Function.LEAKY_RELU), x).toFloatArray())
                .containsExactly(0.01f, 0.01f, 0.01f, 1);
    }

    @Test
    void refusesIntegers() {
        var block = new ActivationBlock(ActivationConfig.inverted(Function.GELU));
        var store = new ParameterStore(manager, false);
        var integers = new NDList(manager.create(new int[] {1}));
        assertThatThrownBy(() -> block.forward(store, integers, false))
                .hasMessage("an activation takes floating-point arrays, but this one is int32");
    }

    private NDArray normal(int size) {
        Engine.getEngine("PyTorch").setRandomSeed(size);
        return manager.randomNormal(new Shape(size)).mul(2);
    }

    private NDArray value(ActivationConfig activation, NDArray x) {
        return Autograd.unrecorded(() -> new ActivationKernel(activation).apply(x));
    }

    private NDArray slope(ActivationConfig activation, NDArray x) {
        NDArray leaf = Autograd.leaf(x);
        var kernel = new ActivationKernel(activation);
        NDArray y = Autograd.recorded(() -> kernel.apply(leaf));
        Autograd.backward(y, y.onesLike());
        return leaf.getGradient();
    }

    private static void assertClose(NDArray found, NDArray expected, double bound) {
        assertThat((double) found.sub(expected).abs().max().getFloat())
                .isLessThanOrEqualTo(bound * (1 + expected.abs().max().getFloat()));
    }
}
