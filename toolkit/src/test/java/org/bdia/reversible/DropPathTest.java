package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Methods;
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
        List<ByteBuffer> stored = gradients(method, Execution.of(Backprop.STORE));

        assertThat(gradients(method, Execution.of(Backprop.CHECKPOINT))).isEqualTo(stored);
        if (method.exact()) {
            Execution reversible = Execution.of(Backprop.REVERSIBLE).withVerify(true);
            assertThat(gradients(method, reversible)).isEqualTo(stored);
        }
    }

    /** Up to the last bits of sums, which depend on their lengths, and what rounding to the grid makes of them. */
    @ParameterizedTest
    @MethodSource("methods")
    void slicesOfABatchSkipTheSameBranches(Method method) {
        List<ByteBuffer> whole = gradients(method, Execution.of(Backprop.CHECKPOINT));
        List<ByteBuffer> sliced =
                gradients(method, Execution.of(Backprop.CHECKPOINT).withChunkTokens(6));
        for (int i = 0; i < whole.size(); i++) {
            NDArray found = floats(sliced.get(i));
            assertThat(found.sub(floats(whole.get(i))).abs().max().getFloat())
                    .isLessThan(0.02f * found.abs().max().getFloat());
        }
    }

    private NDArray floats(ByteBuffer bytes) {
        float[] values = new float[bytes.remaining() / Float.BYTES];
        bytes.duplicate().order(ByteOrder.nativeOrder()).asFloatBuffer().get(values);
        return manager.create(values);
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

    @Test
    void liveArraysStayFlat() {
        List<Toy.Branch> branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, BATCH, 2, DataType.FLOAT32);
        for (Backprop backprop : Backprop.values()) {
            ReversibleStack stack =
                    ReversibleStack.of(branches, Method.bdia(0.5), backprop).withDropPath(RATE);
            List<Integer> live = new ArrayList<>();
            for (int step = 0; step < 5; step++) {
                try (NDArray y = stack.forward(x, Toy.draw(BATCH, step));
                        NDArray dx = stack.backward(y)) {
                    assertThat(dx.getShape()).isEqualTo(new Shape(BATCH, 2, Toy.WIDTH));
                }
                live.add(manager.getManagedArrays().size());
            }
            assertThat(live.subList(2, 5)).as("%s %s", backprop, live).containsOnly(live.get(1));
        }
    }

    /** The output, ∂L/∂x and the weights' gradients, bit for bit. */
    private List<ByteBuffer> gradients(Method method, Execution execution) {
        List<Toy.Branch> branches = Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, BATCH, 2, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, method, execution).withDropPath(RATE);
        NDArray y = stack.forward(x, Toy.draw(BATCH, 4));
        NDArray dx = stack.backward(y.mul(0.01));
        List<ByteBuffer> all = new ArrayList<>(Arrays.asList(y.toByteBuffer(), dx.toByteBuffer()));
        branches.forEach(b -> all.add(b.weight.getArray().getGradient().toByteBuffer()));
        return all;
    }
}
