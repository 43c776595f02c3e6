package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.torch.Autograd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Masks mean the same to fused and plain kernels, to whole blocks and to their halves. */
class TransformerBlockTest extends TensorTest {

    private static final int BATCH = 2;
    private static final int HEADS = 3;
    private static final int TOKENS = 5;
    private static final int WIDTH = 12;
    private static final ActivationConfig INVERTED =
            ActivationConfig.inverted(ActivationConfig.Function.GELU);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "5", "1", "5,5", "1,5", "2,1,1,5", "2,1,5,5", "2,3,5,5", "1,3,1,5", "1,1,5,1"
            })
    void masksOfEveryShapeAndTheirGradientsAreThoseOfThePlainKernel(String sizes) {
        Shape shape = shape(sizes);
        for (boolean half : new boolean[] {false, true}) {
            for (boolean training : new boolean[] {false, true}) {
                List<NDArray> fused = masked(shape, Kernels.FUSED, half, training);
                List<NDArray> plain = masked(shape, Kernels.PLAIN, half, training);
                for (int i = 0; i < plain.size(); i++) {
                    assertThat(fused.get(i).getShape()).isEqualTo(plain.get(i).getShape());
                    assertThat(fused.get(i).sub(plain.get(i)).abs().max().getFloat())
                            .isCloseTo(0, within(1e-5f));
                }
                boolean matters = shape.get(shape.dimension() - 1) > 1; // else softmax ignores it
                assertThat(plain.get(2).abs().max().getFloat() > 1e-4).isEqualTo(matters);
            }
        }
    }

    /** The value and the gradients of the input and of the mask. */
    private List<NDArray> masked(Shape shape, Kernels kernels, boolean half, boolean training) {
        var x = Autograd.leaf(noise(new Shape(BATCH, TOKENS, WIDTH), 1));
        var mask = Autograd.leaf(noise(shape, 2));
        NDArray gradient = noise(x.getShape(), 3);
        NDArray value =
                Autograd.differentiate(
                        () -> run(kernels, ActivationConfig.GELU, half, training, x, mask),
                        like -> gradient);
        return List.of(value.stopGradient(), x.getGradient(), mask.getGradient());
    }

    private NDArray run(
            Kernels kernels,
            ActivationConfig activation,
            boolean half,
            boolean training,
            NDArray x,
            NDArray mask) {
        Engine.getEngine("PyTorch").setRandomSeed(4);
        Execution execution = Execution.of(Backprop.STORE).withKernels(kernels);
        var block =
                new TransformerBlock(
                        WIDTH, HEADS, 20, Attention.Pattern.FULL, activation, 0, execution);
        block.initialize(manager, DataType.FLOAT32, x.getShape());
        var store = new ParameterStore(manager, false);
        var inputs = new NDList(x, mask);
        return (half ? block.halves().get(0) : block)
                .forward(store, inputs, training)
                .singletonOrThrow();
    }

    private NDArray noise(Shape shape, int seed) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        return manager.randomNormal(shape);
    }

    private static Shape shape(String sizes) {
        Shape shape = new Shape();
        for (String size : sizes.split(",", -1)) {
            shape = shape.add(Long.parseLong(size));
        }
        return shape;
    }

    @ParameterizedTest
    @EnumSource(Kernels.class)
    void masksThatFitNoScoresAreRefused(Kernels kernels) {
        NDArray x = noise(new Shape(BATCH, TOKENS, WIDTH), 1);
        for (String sizes :
                List.of("4", "2,5", "5,4", "2,5,5", "3,1,1,5", "2,2,5,5", "1,2,1,1,5")) {
            NDArray mask = noise(shape(sizes), 2);
            for (ActivationConfig activation : List.of(ActivationConfig.GELU, INVERTED)) {
                for (boolean half : new boolean[] {false, true}) {
                    assertThatThrownBy(() -> run(kernels, activation, half, true, x, mask))
                            .isInstanceOf(IllegalArgumentException.class)
                            .hasMessageContaining("(B, H, T, S) = (2, 3, 5, 5)")
                            .hasMessageContaining("but it is " + mask.getShape());
                }
            }
        }
        NDArray hidden = manager.zeros(new Shape(TOKENS)).eq(0);
        assertThatThrownBy(() -> run(kernels, ActivationConfig.GELU, false, false, x, hidden))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("floating point")
                .hasMessageContaining("boolean");
    }
}
