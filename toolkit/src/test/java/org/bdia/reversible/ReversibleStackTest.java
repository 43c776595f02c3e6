package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.nn.Gradients;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ReversibleStackTest extends TensorTest {

    @ParameterizedTest
    @MethodSource("exactMethodsAndDepths")
    void inverseRebuildsEveryStateBitForBit(Method method, int depth) {
        // 3 samples of 3 tokens of width 5: 45 activations, which neither 8 nor 4 divides.
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        List<Toy.Branch> branches = Toy.branches(manager, depth, 0.1f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.REVERSIBLE);
        List<float[]> made = new ArrayList<>();
        stack.forward(
                x, new NDList(), Toy.draw(3, 4), (k, state) -> made.add(state.toFloatArray()));
        List<Integer> seen = new ArrayList<>();

        NDArray x0 =
                stack.inverse(
                        (k, state) -> {
                            seen.add(k);
                            assertThat(state.toFloatArray()).isEqualTo(made.get(k));
                        });

        assertThat(seen).hasSize(depth + 1);
        assertThat(x0.toFloatArray()).isEqualTo(made.get(0));
        float[] quantised = x.mul(512).round().div(512).toFloatArray();
        assertThat(x0.toFloatArray()).isEqualTo(quantised);
    }

    @Test
    void inverseInFloatingPointDrifts() {
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        List<Toy.Branch> branches = Toy.branches(manager, 24, 0f, DataType.FLOAT32);
        ReversibleStack stack =
                ReversibleStack.of(branches, Method.bdiaFloat(0.5), Backprop.REVERSIBLE);
        stack.forward(x, Toy.draw(3, 4));

        float error = stack.inverse().sub(x).abs().max().getFloat();

        assertThat(error).isGreaterThan(1e-3f);
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyWayOfDifferentiatingGivesTheSameBits(Method method) {
        List<Toy.Branch> branches = Toy.branches(manager, 9, 0.1f, DataType.FLOAT32);
        List<float[]> store = gradients(branches, method, Backprop.STORE);

        Gradients.assertSame(gradients(branches, method, Backprop.CHECKPOINT), store);
        if (method.exact()) {
            Gradients.assertSame(gradients(branches, method, Backprop.REVERSIBLE), store);
        }
    }

    @ParameterizedTest
    @MethodSource("methods")
    void gradientsEqualThoseOfOneStraightThroughGraph(Method method) {
        List<Toy.Branch> branches = Toy.branches(manager, 6, 0.1f, DataType.FLOAT32);
        List<float[]> blockwise = gradients(branches, method, Backprop.STORE);
        Gradients.clear(branches);
        NDArray x = Autograd.leaf(Toy.input(manager, 3, 3, DataType.FLOAT32));
        NDArray y = Autograd.recorded(() -> StraightThrough.forward(branches, method, x, draw()));
        assertThat(y.toFloatArray()).isEqualTo(blockwise.get(0));
        Autograd.backward(y, y.stopGradient().mul(0.01));

        List<float[]> whole = new ArrayList<>(List.of(x.getGradient().toFloatArray()));
        whole.addAll(Gradients.of(branches));
        Gradients.assertClose(blockwise.subList(1, blockwise.size()), whole, 1e-5);
    }

    @ParameterizedTest
    @MethodSource("floatingMethods")
    void gradientsEqualFiniteDifferencesInDoublePrecision(Method method) {
        List<Toy.Branch> branches = Toy.branches(manager, 3, 0f, DataType.FLOAT64);
        NDArray x = Toy.input(manager, 2, 2, DataType.FLOAT64);
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.STORE);
        StepKey draw = Toy.draw(2, 4);
        NDArray y = stack.forward(x, draw);
        double[] dx = stack.backward(y).toDoubleArray(); // of L = ½ |y|²
        double[] dw = branches.get(1).weight.getArray().getGradient().toDoubleArray();
        double h = 1e-5;
        for (int i = 0; i < dx.length; i++) {
            double slope =
                    (loss(stack, nudged(x, i, h), draw) - loss(stack, nudged(x, i, -h), draw))
                            / (2 * h);
            assertThat(dx[i]).isCloseTo(slope, within(1e-7));
        }
        NDArray weight = branches.get(1).weight.getArray();
        double[] original = weight.toDoubleArray();
        for (int i = 0; i < dw.length; i++) {
            int index = i;
            double up = withWeight(weight, original, index, h, () -> loss(stack, x, draw));
            double down = withWeight(weight, original, index, -h, () -> loss(stack, x, draw));
            assertThat(dw[i]).isCloseTo((up - down) / (2 * h), within(1e-7));
        }
    }

    @Test
    void inferenceIsThePlainTransformerUpToQuantisation() {
        List<Toy.Branch> branches = Toy.branches(manager, 6, 0.1f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        NDArray plain = ReversibleStack.of(branches, Method.standard(), Backprop.STORE).infer(x);
        NDArray exact =
                ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE).infer(x);
        NDArray floating =
                ReversibleStack.of(branches, Method.bdiaFloat(0.5), Backprop.STORE).infer(x);
        NDArray expected = x.duplicate();
        for (Toy.Branch branch : branches) {
            expected = expected.add(expected.matMul(branch.weight.getArray()).tanh());
        }

        assertThat(plain.toFloatArray()).isEqualTo(expected.toFloatArray());
        assertThat(floating.toFloatArray()).isEqualTo(expected.toFloatArray());
        assertThat(exact.sub(expected).abs().max().getFloat()).isBetween(1e-6f, 0.1f);
    }

    @Test
    void standardTrainingWithoutDropoutIsInference() {
        List<Toy.Branch> branches = Toy.branches(manager, 6, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.standard(), Backprop.STORE);

        assertThat(stack.forward(x, draw()).toFloatArray())
                .isEqualTo(stack.infer(x).toFloatArray());
    }

    @Test
    void keepsNoBitOneOrTwoPerActivation() {
        List<Toy.Branch> branches = Toy.branches(manager, 5, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, 8, 4, DataType.FLOAT32); // 160 activations

        ReversibleStack half = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);
        half.forward(x, Toy.draw(8, 0));
        ReversibleStack quarter =
                ReversibleStack.of(branches, Method.bdia(0.25), Backprop.REVERSIBLE);
        quarter.forward(x, Toy.draw(8, 0));
        ReversibleStack midpoint =
                ReversibleStack.of(branches, Method.midpoint(), Backprop.REVERSIBLE);
        midpoint.forward(x, Toy.draw(8, 0));

        assertThat(half.sideBytes()).isEqualTo(4 * 160 / 8);
        assertThat(quarter.sideBytes()).isEqualTo(4 * 160 / 4);
        assertThat(midpoint.sideBytes()).isZero();
    }

    /** The output, ∂L/∂x and the weights' gradients. */
    private List<float[]> gradients(List<Toy.Branch> branches, Method method, Backprop backprop) {
        Gradients.clear(branches);
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        return Gradients.of(ReversibleStack.of(branches, method, backprop), branches, x, draw());
    }

    private static StepKey draw() {
        return Toy.draw(3, 4);
    }

    static Stream<Method> methods() {
        return Stream.concat(
                Methods.all().stream(),
                Stream.of(
                        Method.bdia(0.25),
                        Method.bdia(0.5).perBatch(),
                        Method.bdiaFloat(0.5).uniform()));
    }

    static Stream<Method> floatingMethods() {
        return methods().filter(method -> !method.quantises());
    }

    static Stream<Arguments> exactMethodsAndDepths() {
        return methods()
                .filter(Method::exact)
                .flatMap(
                        method ->
                                Stream.of(2, 6, 12, 24, 48)
                                        .map(depth -> Arguments.of(method, depth)));
    }

    private static double loss(ReversibleStack stack, NDArray x, StepKey draw) {
        NDArray y = stack.forward(x, draw);
        return 0.5 * y.mul(y).sum().getDouble();
    }

    private NDArray nudged(NDArray x, int index, double h) {
        double[] values = x.toDoubleArray();
        values[index] += h;
        return manager.create(values, x.getShape());
    }

    private double withWeight(
            NDArray weight, double[] original, int index, double h, DoubleSupplier run) {
        double[] values = original.clone();
        values[index] += h;
        Autograd.unrecorded(() -> set(weight, values));
        double result = run.getAsDouble();
        Autograd.unrecorded(() -> set(weight, original));
        return result;
    }

    private NDArray set(NDArray weight, double[] values) {
        return weight.subi(weight).addi(manager.create(values, weight.getShape()));
    }
}
