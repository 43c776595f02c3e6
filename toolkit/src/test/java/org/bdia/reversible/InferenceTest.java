package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Inference with the BDIA update and one γ. */
class InferenceTest extends TensorTest {

    private static final int DEPTH = 5;

    private List<Toy.Branch> branches;
    private NDArray x;

    @BeforeEach
    void open() {
        branches = Toy.branches(manager, DEPTH, 0.1f, DataType.FLOAT32);
        x = Toy.input(manager, 3, 4, DataType.FLOAT32);
    }

    private NDArray infer(Method method, double gamma) {
        return ReversibleStack.of(branches, method, Backprop.STORE).infer(x, new NDList(), gamma);
    }

    @ParameterizedTest
    @ValueSource(doubles = {-0.5, -0.1, 0.25, 0.6})
    void equalsTheUpdateWrittenOut(double gamma) {
        NDArray previous = x;
        NDArray current = x.add(branch(0, x));
        for (int k = 1; k < DEPTH; k++) {
            NDArray h = branch(k, current);
            NDArray next = previous.mul(gamma).add(current.mul(1 - gamma)).add(h.mul(1 + gamma));
            previous = current;
            current = next;
        }
        float[] expected = current.toFloatArray();

        for (Method method : List.of(Method.standard(), Method.bdiaFloat(0.5))) {
            assertThat(infer(method, gamma).toFloatArray())
                    .usingComparatorWithPrecision(1e-5f)
                    .containsExactly(expected);
        }
        for (Method method : List.of(Method.quantised(), Method.bdia(0.5))) {
            NDArray found = infer(method, gamma);
            assertThat(found.toFloatArray())
                    .usingComparatorWithPrecision(0.1f) // roundings of 2^-9, grown by five branches
                    .containsExactly(expected);
            NDArray units = found.mul(512);
            assertThat(units.toFloatArray()).isEqualTo(units.round().toFloatArray());
        }
    }

    private NDArray branch(int k, NDArray state) {
        return state.matMul(branches.get(k).weight.getArray()).tanh();
    }

    /** A batch whose blocks all happen to draw the same γ was trained with a constant one. */
    @Test
    void equalsATrainingPassWhoseDrawsAreAllAlike() {
        branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        Method method = Method.bdiaFloat(0.5).perBatch();
        long step = 0;
        while (!alike(method, Toy.draw(3, step))) {
            step++;
        }
        StepKey draw = Toy.draw(3, step);
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.STORE);
        float[] trained = stack.forward(x, draw).toFloatArray();

        assertThat(infer(method, Gamma.of(method, draw, 1)[0]).toFloatArray())
                .usingComparatorWithPrecision(1e-5f)
                .containsExactly(trained);
    }

    private static boolean alike(Method method, StepKey draw) {
        float first = Gamma.of(method, draw, 1)[0];
        for (int k = 2; k < DEPTH; k++) {
            if (Gamma.of(method, draw, k)[0] != first) {
                return false;
            }
        }
        return true;
    }

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void whatHasNoGammaInfersWhatItTrained(Method method) {
        branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.STORE);
        float[] trained = stack.forward(x, Toy.draw(3, 0)).toFloatArray();

        assertThat(Arrays.equals(infer(method, 0).toFloatArray(), trained))
                .isEqualTo(method.gamma() == 0);
    }

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void withDrawnGammasItMakesTheStatesOfTrainingBitForBit(Method method) {
        branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.STORE);
        List<float[]> trained = new ArrayList<>();
        List<float[]> inferred = new ArrayList<>();
        float[] output =
                stack.forward(
                                x,
                                new NDList(),
                                Toy.draw(3, 7),
                                (k, state) -> trained.add(state.toFloatArray()))
                        .toFloatArray();
        float[] drawn =
                stack.infer(
                                x,
                                new NDList(),
                                Toy.draw(3, 7),
                                (k, state) -> inferred.add(state.toFloatArray()))
                        .toFloatArray();

        assertThat(drawn).isEqualTo(output);
        assertThat(inferred).usingElementComparator(Arrays::compare).isEqualTo(trained);
        if (method.gamma() != 0) {
            float[] other =
                    stack.infer(x, new NDList(), Toy.draw(3, 8), (k, state) -> {}).toFloatArray();
            assertThat(other).isNotEqualTo(output);
        }
    }

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void isThePlainTransformersWhereTheMethodSaysSo(Method method) {
        NDArray plain = infer(Method.standard(), 0);
        NDArray found = infer(method, 0);
        boolean same =
                found.getShape().equals(plain.getShape())
                        && found.sub(plain).abs().max().getFloat() < 0.1f; // roundings to a grid

        assertThat(method.plainInference()).isEqualTo(same);
    }

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void gammaNoughtIsTheInferenceWithout(Method method) {
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.STORE);
        float[] without = stack.infer(x).toFloatArray();

        assertThat(infer(method, 0).toFloatArray()).isEqualTo(without);
        if (method.plainInference()) {
            // Continuous there in floating point; on the grid far less than a step away.
            assertThat(infer(method, 1e-9).toFloatArray())
                    .usingComparatorWithPrecision(0.01f)
                    .containsExactly(without);
            assertThat(infer(method, 0.5).toFloatArray()).isNotEqualTo(without);
        }
    }

    @Test
    void whatHasNoGammaAndWhatIsOutOfRangeIsRefused() {
        assertThatThrownBy(() -> infer(Method.revNet(), 0.5))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("RevNet[] has no gamma, but its inference is asked for 0.5; use 0");
        assertThatThrownBy(() -> infer(Method.midpoint(), 1))
                .hasMessage(
                        "Midpoint[level=9] has no gamma, but its inference is asked for 1.0; use 0");
        for (double gamma : new double[] {-1.1, 2, Double.NaN}) {
            assertThatThrownBy(() -> infer(Method.bdia(0.5), gamma))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("gamma at inference must be -1 to 1, but is " + gamma);
        }
    }

    private NDArray draw(Method method) {
        ReversibleStack stack = ReversibleStack.of(branches, method, Backprop.STORE);
        return stack.infer(x, new NDList(), Toy.draw(3, 7), (k, state) -> {});
    }

    @Test
    void liveArraysStayFlat() {
        for (Method method : Methods.all()) {
            double gamma = method.plainInference() ? 0.3 : 0;
            assertLiveArraysStayFlat(
                    step -> {
                        infer(method, gamma).close();
                        draw(method).close();
                    });
        }
    }
}
