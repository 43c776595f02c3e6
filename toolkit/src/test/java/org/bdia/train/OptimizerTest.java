package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.core.Linear;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.bdia.TensorTest;
import org.bdia.config.OptimizerConfig;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OptimizerTest extends TensorTest {

    private Linear model;

    @BeforeEach
    void open() {
        model = Linear.builder().setUnits(3).build();
        model.initialize(manager, DataType.FLOAT32, new Shape(1, 4));
    }

    @Test
    void adamWFollowsItsEquationAndDecaysMatricesAlone() {
        var config = new OptimizerConfig.AdamW(0.9, 0.99, 1e-6, 0.1);
        compare(
                config,
                (w, m, v, t, decays) -> {
                    for (int i = 0; i < w.length; i++) {
                        double mean = m[i] / (1 - Math.pow(0.9, t));
                        double variance = v[i] / (1 - Math.pow(0.99, t));
                        double kept = decays ? w[i] * (1 - 0.01 * 0.1) : w[i];
                        w[i] = kept - 0.01 * mean / (Math.sqrt(variance) + 1e-6);
                    }
                });
    }

    @Test
    void setAdamFollowsItsEquation() {
        var config = new OptimizerConfig.SetAdam(0.9, 0.99, 1e-12);
        compare(
                config,
                (w, m, v, t, decays) -> {
                    double sum = Arrays.stream(v).sum();
                    double squares = Arrays.stream(v).map(x -> x * x).sum();
                    double cosine = sum * sum / (v.length * squares);
                    double[] roots =
                            Arrays.stream(v)
                                    .map(
                                            x ->
                                                    Math.sqrt(
                                                            x * cosine / (1 - Math.pow(0.99, t))
                                                                    + 1e-12))
                                    .toArray();
                    double half = Arrays.stream(roots).min().orElseThrow() / 2;
                    for (int i = 0; i < w.length; i++) {
                        w[i] -= 0.01 / (1 - Math.pow(0.9, t)) * m[i] / (roots[i] - half);
                    }
                });
    }

    @Test
    void aGradientOfZeroMovesNothing() {
        for (OptimizerConfig config :
                new OptimizerConfig[] {OptimizerConfig.adamW(0), OptimizerConfig.setAdam()}) {
            float[] before = weight().toFloatArray();
            try (Optimizer optimizer = Optimizer.of(config, manager, model)) {
                setGradients(new double[12], new double[3]);
                optimizer.update(0.1);
            }
            assertThat(weight().toFloatArray()).isEqualTo(before);
        }
    }

    @Test
    void aLargeArrayIsMovedInPartsAndEveryRowOnce() {
        Shape shape = new Shape(700, 2_000);
        Linear large = Linear.builder().setUnits(700).optBias(false).build();
        large.initialize(manager, DataType.FLOAT32, new Shape(1, 2_000));
        NDArray weight = large.getParameters().get("weight").getArray();
        float[] before = weight.toFloatArray();
        float[] signs = new float[before.length];
        for (int i = 0; i < signs.length; i++) {
            signs[i] = i * 7 % 11 < 5 ? 1 : -1;
        }
        Autograd.backward(Autograd.recorded(() -> weight.mul(manager.create(signs, shape)).sum()));
        try (Optimizer optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, large)) {
            optimizer.update(0.5);
        }
        float[] after = weight.toFloatArray();
        for (int i = 0; i < signs.length; i++) {
            // m̂ / √v̂ is the gradient's sign in the first step
            if (Math.abs(after[i] - (before[i] - 0.5 * signs[i])) > 1e-6) {
                assertThat(after[i]).as("element %d", i).isEqualTo(before[i] - 0.5f * signs[i]);
            }
        }
        assertThat(GlobalNorm.of(List.of(weight.getGradient())))
                .isCloseTo(Math.sqrt((double) shape.size()), within(1e-3));
    }

    /** Archived runs are reproduced only if parts give the bits of the whole. */
    @Test
    void setAdamMovesPartsAsTheWholeBitForBit() {
        Linear large = Linear.builder().setUnits(700).optBias(false).build();
        large.initialize(manager, DataType.FLOAT32, new Shape(1, 2_000));
        NDArray weight = large.getParameters().get("weight").getArray();
        var random = new Random(3);
        var config = new OptimizerConfig.SetAdam(0.9, 0.99, 1e-18);
        try (Optimizer optimizer = Optimizer.of(config, manager, large)) {
            for (int t = 1; t <= 3; t++) {
                float[] gradients = new float[700 * 2_000];
                for (int i = 0; i < gradients.length; i++) {
                    gradients[i] = (float) (random.nextGaussian() * Math.exp(i % 17 - 20));
                }
                NDArray gradient = manager.create(gradients, weight.getShape());
                JniUtils.zeroGrad((PtNDArray) weight);
                Autograd.backward(Autograd.recorded(() -> weight.mul(gradient).sum()));
                NDArray before = weight.duplicate();
                optimizer.update(0.01);
                NDList state = optimizer.state();
                NDArray expected = setAdam(config, before, state.get(0), state.get(1), t);
                assertThat(weight.toByteBuffer()).isEqualTo(expected.toByteBuffer());
            }
        }
    }

    /** The weight after a step, of the moments after it, computed of whole arrays. */
    private static NDArray setAdam(
            OptimizerConfig.SetAdam config, NDArray weight, NDArray m, NDArray v, int t) {
        NDArray unit = v.div(v.max().add(Float.MIN_NORMAL));
        NDArray squares = unit.square().sum().mul(v.size()).add(Float.MIN_NORMAL);
        NDArray cosine = unit.sum().square().div(squares);
        double correction = 1 - Math.pow(config.beta2(), t);
        NDArray root = v.mul(cosine).mul(1 / correction).add(config.epsilon()).sqrt();
        NDArray denominator = root.sub(root.min().mul(0.5));
        return weight.sub(m.mul(0.01 / (1 - Math.pow(config.beta1(), t))).div(denominator));
    }

    @Test
    void aRestoredOptimizerGoesOnAsTheSavedOne() {
        Random random = new Random(1);
        try (Optimizer first = Optimizer.of(OptimizerConfig.adamW(0.1), manager, model);
                Optimizer second = Optimizer.of(OptimizerConfig.adamW(0.1), manager, model)) {
            setGradients(random.doubles(12).toArray(), random.doubles(3).toArray());
            first.update(0.01);
            NDList saved = new NDList();
            for (NDArray array : first.state()) {
                NDArray copy = array.duplicate();
                copy.setName(array.getName());
                saved.add(copy);
            }
            second.restore(saved, first.step());

            assertThat(second.step()).isEqualTo(1);
            assertThat(second.state().get(1).toFloatArray())
                    .isEqualTo(first.state().get(1).toFloatArray());
            saved.get(0).setName("other");
            assertThatThrownBy(() -> second.restore(saved, 1))
                    .hasMessageContaining("optimiser state lacks the tensor")
                    .hasMessageContaining("weight.m");
        }
    }

    private interface Rule {
        void apply(double[] w, double[] m, double[] v, int t, boolean decays);
    }

    /** Twenty steps of the optimiser beside the same equation in double arithmetic. */
    private void compare(OptimizerConfig config, Rule rule) {
        Random random = new Random(4);
        double[][] w = {toDoubles(weight()), toDoubles(bias())};
        double[][] m = {new double[12], new double[3]};
        double[][] v = {new double[12], new double[3]};
        try (Optimizer optimizer = Optimizer.of(config, manager, model)) {
            for (int t = 1; t <= 20; t++) {
                double[][] g = {
                    random.doubles(12, -1, 1).toArray(), random.doubles(3, -1, 1).toArray()
                };
                setGradients(g[0], g[1]);
                optimizer.update(0.01);
                for (int p = 0; p < 2; p++) {
                    for (int i = 0; i < g[p].length; i++) {
                        m[p][i] = 0.9 * m[p][i] + 0.1 * g[p][i];
                        v[p][i] = 0.99 * v[p][i] + 0.01 * g[p][i] * g[p][i];
                    }
                    rule.apply(w[p], m[p], v[p], t, p == 0);
                }
            }
        }
        assertClose(toDoubles(weight()), w[0]);
        assertClose(toDoubles(bias()), w[1]);
    }

    private static void assertClose(double[] found, double[] expected) {
        for (int i = 0; i < expected.length; i++) {
            assertThat(found[i]).isCloseTo(expected[i], within(2e-6));
        }
    }

    private NDArray weight() {
        return model.getParameters().get("weight").getArray();
    }

    private NDArray bias() {
        return model.getParameters().get("bias").getArray();
    }

    /** Through a graph whose gradient is the wanted one. */
    private void setGradients(double[] forWeight, double[] forBias) {
        model.getParameters()
                .values()
                .forEach(parameter -> JniUtils.zeroGrad((PtNDArray) parameter.getArray()));
        NDArray loss =
                Autograd.recorded(
                        () ->
                                weight().mul(array(forWeight, weight()))
                                        .sum()
                                        .add(bias().mul(array(forBias, bias())).sum()));
        Autograd.backward(loss);
    }

    private NDArray array(double[] values, NDArray like) {
        return manager.create(values, like.getShape()).toType(DataType.FLOAT32, false);
    }

    private static double[] toDoubles(NDArray array) {
        float[] values = array.toFloatArray();
        double[] doubles = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            doubles[i] = values[i];
        }
        return doubles;
    }
}
