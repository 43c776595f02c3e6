package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import java.nio.file.Path;
import org.bdia.TensorTest;
import org.bdia.config.OptimizerConfig;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GlobalNormTest extends TensorTest {

    private Linear model;

    @BeforeEach
    void open() {
        model = Linear.builder().setUnits(1).build();
        model.initialize(manager, DataType.FLOAT32, new Shape(1, 2));
        addGradient("weight", -6, 2);
        addGradient("bias", 3);
    }

    @Test
    void clippingKeepsTheDirectionOfBothSigns() {
        assertThat(GlobalNorm.clip(model, 0.7)).isCloseTo(7, within(1e-6));
        assertThat(gradient("weight"))
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(-0.6f, 0.2f);
        assertThat(gradient("bias")).usingComparatorWithPrecision(1e-6f).containsExactly(0.3f);
    }

    @Test
    void aNormWithinTheBoundOrWithoutOneIsLeftAlone() {
        assertThat(GlobalNorm.clip(model, 7.1)).isCloseTo(7, within(1e-6));
        assertThat(GlobalNorm.clip(model, 0)).isCloseTo(7, within(1e-6));
        assertThat(gradient("weight")).containsExactly(-6f, 2f);
    }

    @Test
    void frozenParametersDoNotCount() {
        parameter("bias").freeze(true);
        assertThat(GlobalNorm.clip(model, 0)).isCloseTo(Math.sqrt(40), within(1e-6));
    }

    @Test
    void aModelWithNothingToTrainIsRefused() {
        model.freezeParameters(true);
        assertThat(GlobalNorm.clip(model, 1)).isZero();
        assertThatThrownBy(() -> Optimizer.of(OptimizerConfig.adamW(0), manager, model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("no parameter to train; unfreeze one");
    }

    @Test
    void aNormThatIsNotFiniteIsReportedAndChangesNothing() {
        addGradient("bias", Float.POSITIVE_INFINITY);
        assertThat(GlobalNorm.clip(model, 1)).isInfinite();
        assertThat(gradient("weight")).containsExactly(-6f, 2f);
    }

    @Test
    void zeroGradientsClearsEveryGradient() {
        try (Optimizer optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, model)) {
            optimizer.zeroGradients();
        }
        assertThat(GlobalNorm.clip(model, 1)).isZero();
    }

    /** A block in two places has one weight: it counts, is scaled and moves once, and is saved once. */
    @Test
    void aParameterInTwoPlacesIsOne(@TempDir Path folder) {
        Block twice = new SequentialBlock().add(model).add(model);
        assertThat(GlobalNorm.clip(twice, 0.7)).isCloseTo(7, within(1e-6));
        assertThat(gradient("bias")).usingComparatorWithPrecision(1e-6f).containsExactly(0.3f);
        float before = parameter("bias").getArray().getFloat();
        try (Optimizer optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, twice)) {
            optimizer.update(0.5);
            assertThat(optimizer.state()).hasSize(4);
            assertThat(optimizer.isAlone(parameter("bias"))).isFalse();
        }
        float after = parameter("bias").getArray().getFloat();
        assertThat(after).isCloseTo(before - 0.5f, within(1e-5f));
        Path file = folder.resolve("twice.safetensors");
        Weights.save(file, twice);
        parameter("bias").getArray().muli(0);
        Weights.load(file, twice);
        assertThat(parameter("bias").getArray().getFloat()).isEqualTo(after);
    }

    private Parameter parameter(String name) {
        return model.getParameters().get(name);
    }

    private float[] gradient(String name) {
        return parameter(name).getArray().getGradient().toFloatArray();
    }

    /** Through a graph whose gradient is the wanted one. */
    private void addGradient(String name, float... gradient) {
        NDArray weight = parameter(name).getArray();
        NDArray factor = manager.create(gradient, weight.getShape());
        Autograd.backward(Autograd.recorded(() -> weight.mul(factor).sum()));
    }
}
