package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.nn.Gradients;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DropPathTest extends TensorTest {

    private static final int DEPTH = 6;
    private static final int BATCH = 7;
    private static final double RATE = 0.5;

    @Test
    void theRateGrowsLinearlyAndFactorsKeepTheMean() {
        StepKey draw = Toy.draw(20_000, 3);
        for (int k = 0; k < DEPTH; k++) {
            float[] factors = new DropPath(RATE).factors(k, DEPTH, k, draw);
            double kept = 1 - RATE * (k + 1) / DEPTH;
            double sum = 0;
            int skipped = 0;
            for (float factor : factors) {
                sum += factor;
                skipped += factor == 0 ? 1 : 0;
            }
            assertThat((double) skipped / factors.length).isCloseTo(1 - kept, within(0.015));
            assertThat(sum / factors.length).isCloseTo(1, within(0.03));
        }
    }

    @Test
    void drawsBelongToSampleStepSeedAndLayer() {
        DropPath path = new DropPath(RATE);
        long[] ids = LongStream.range(0, 64).toArray();
        long[] reversed = LongStream.range(0, 64).map(i -> 63 - i).toArray();
        float[] one = path.factors(5, 6, 5, new StepKey(1, 2, ids));
        float[] turned = path.factors(5, 6, 5, new StepKey(1, 2, reversed));

        for (int i = 0; i < one.length; i++) {
            assertThat(turned[63 - i]).isEqualTo(one[i]);
        }
        assertThat(path.factors(5, 6, 5, new StepKey(1, 3, ids))).isNotEqualTo(one);
        assertThat(path.factors(5, 6, 5, new StepKey(2, 2, ids))).isNotEqualTo(one);
        assertThat(path.factors(5, 6, 11, new StepKey(1, 2, ids))).isNotEqualTo(one);
    }

    @Test
    void theDrawsAreNotThoseOfGamma() {
        StepKey draw = Toy.draw(4096, 1);
        float[] factors = new DropPath(RATE).factors(5, 6, 5, draw);
        float[] gammas = Gamma.of(Method.bdia(0.5), draw, 5);
        int together = 0;
        for (int i = 0; i < factors.length; i++) {
            together += factors[i] == 0 == gammas[i] < 0 ? 1 : 0;
        }
        assertThat(together / 4096.0).isCloseTo(0.5, within(0.04));
    }

    static Stream<Method> methods() {
        return Stream.concat(Methods.all().stream(), Stream.of(Method.bdia(0.25)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void everyWayOfDifferentiatingGivesTheSameBits(Method method) {
        List<float[]> stored = gradients(method, Execution.of(Backprop.STORE));

        Gradients.assertSame(gradients(method, Execution.of(Backprop.CHECKPOINT)), stored);
        if (method.exact()) {
            Execution reversible = Execution.of(Backprop.REVERSIBLE).withVerify(true);
            Gradients.assertSame(gradients(method, reversible), stored);
        }
    }

    /** Up to the last bits of sums, which depend on their lengths, and what rounding to the grid makes of them. */
    @ParameterizedTest
    @MethodSource("methods")
    void slicesOfABatchSkipTheSameBranches(Method method) {
        List<float[]> whole = gradients(method, Execution.of(Backprop.CHECKPOINT));
        List<float[]> sliced =
                gradients(method, Execution.of(Backprop.CHECKPOINT).withChunkTokens(6));
        for (int i = 0; i < whole.size(); i++) {
            NDArray found = manager.create(sliced.get(i));
            assertThat(found.sub(manager.create(whole.get(i))).abs().max().getFloat())
                    .isLessThan(0.02f * found.abs().max().getFloat());
        }
    }

    @Test
    void aSampleThatSkipsEveryBranchIsItsEmbedding() {
        DropPath path = new DropPath(0.9);
        StepKey draw = Toy.draw(400, 0);
        int sample = 0;
        while (!skipsBoth(path, draw, sample)) {
            sample++;
        }
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, 400, 2, DataType.FLOAT32);
        ReversibleStack stack =
                ReversibleStack.of(branches, Method.standard(), Backprop.STORE).withDropPath(0.9);

        assertThat(stack.forward(x, draw).get(sample).toFloatArray())
                .isEqualTo(x.get(sample).toFloatArray());
        NDArray dx = stack.backward(manager.ones(x.getShape()));
        assertThat(dx.get(sample).toFloatArray()).containsOnly(1f);
        assertThat(dx.sub(1).abs().sum().getFloat()).isPositive();
    }

    private static boolean skipsBoth(DropPath path, StepKey draw, int sample) {
        return path.factors(0, 2, 0, draw)[sample] == 0 && path.factors(1, 2, 1, draw)[sample] == 0;
    }

    @Test
    void inferenceSkipsNothing() {
        List<Toy.Branch> branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, BATCH, 2, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.STORE);

        assertThat(stack.withDropPath(RATE).infer(x).toFloatArray())
                .isEqualTo(stack.infer(x).toFloatArray());
    }

    @Test
    void ratesOutOfRangeAreRefused() {
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.standard(), Backprop.STORE);
        for (double rate : new double[] {-0.1, 1, Double.NaN}) {
            assertThatThrownBy(() -> stack.withDropPath(rate))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("dropPath must be at least 0 and below 1, but is " + rate);
        }
    }

    private List<float[]> gradients(Method method, Execution execution) {
        List<Toy.Branch> branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, BATCH, 2, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, method, execution).withDropPath(RATE);
        return Gradients.of(stack, branches, x, Toy.draw(BATCH, 4));
    }
}
