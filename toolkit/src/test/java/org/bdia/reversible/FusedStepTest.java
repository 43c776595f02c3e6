package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import org.bdia.TensorTest;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fused step gives the plain one's bits, the sign of zero included. */
class FusedStepTest extends TensorTest {

    private static final int BATCH = 4;
    private static final Shape SHAPE = new Shape(BATCH, 3, 5); // 60 activations: not whole bytes

    @BeforeEach
    void open() {
        Engine.getEngine("PyTorch").setRandomSeed(3);
    }

    @ParameterizedTest
    @CsvSource({"0.5, 9, 1", "0.25, 9, 1", "0.5, 16, 10", "0.25, 4, 100000", "0.5, 9, 0"})
    void equalsThePlainStepBitForBit(double magnitude, int level, float spread) {
        Method method = Method.bdia(magnitude).withLevel(level);
        Step plain = Step.of(method, Kernels.PLAIN);
        Step fused = Step.of(method, Kernels.FUSED);
        NDArray embedding = normal(spread);
        NDArray h = normal(Math.max(spread, 0.001f));
        NDArray previous = plain.enter(embedding);
        assertSame(fused.enter(embedding), previous);
        NDArray current = plain.first(previous, h);
        assertSame(fused.first(previous, h), current);
        assertSame(fused.residual(previous, h), plain.residual(previous, h));
        float g = (float) magnitude;
        NDArray gamma = manager.create(new float[] {g, -g, -g, g}, new Shape(BATCH, 1, 1));

        NDArray expected = previous.duplicate();
        SideBits side = plain.stepKeeping(manager, expected, current, h, gamma);
        NDArray found = previous.duplicate();
        SideBits fusedSide = fused.stepKeeping(manager, found, current, h, gamma);
        NDArray unpacked = previous.duplicate();
        fused.step(unpacked, current, h, gamma);

        assertSame(found, expected);
        assertSame(unpacked, expected);
        assertSame(fusedSide.offsets(1), side.offsets(1));
        assertThat(fusedSide.bytes()).isEqualTo(side.bytes());
        fused.undo(found, current, h, gamma, fusedSide);
        assertSame(found, previous);
    }

    @ParameterizedTest
    @CsvSource({"0.5", "0.25"})
    void adjointEqualsThePlainOne(float magnitude) {
        Method method = Method.bdia(magnitude);
        NDArray gamma =
                manager.create(
                        new float[] {magnitude, -magnitude, magnitude, -magnitude},
                        new Shape(BATCH, 1, 1));
        NDArray inner = normal(1);
        NDArray outer = normal(1);
        NDArray carry = normal(1);
        NDArray sum = inner.add(outer.mul(gamma.mul(-1).add(1))).add(carry);
        NDArray carried = outer.mul(gamma);

        for (Kernels kernels : Kernels.values()) {
            NDArray outerThere = outer.duplicate();
            NDArray carryThere = carry.duplicate();
            Step.of(method, kernels).adjoint(inner.duplicate(), outerThere, carryThere, gamma);
            assertSame(carryThere, carried);
            assertThat(outerThere.sub(sum).abs().max().getFloat()).isCloseTo(0, within(1e-6f));
        }
    }

    private NDArray normal(float spread) {
        return manager.randomNormal(0f, 1f, SHAPE, DataType.FLOAT32).mul(spread);
    }

    private static void assertSame(NDArray found, NDArray expected) {
        assertThat(found.toByteBuffer()).isEqualTo(expected.toByteBuffer());
    }
}
