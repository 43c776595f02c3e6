package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StepTest {

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void everyMethodIsPairedWithItsArithmetic(Method method) {
        for (Kernels kernels : Kernels.values()) {
            assertThat(Step.of(method, kernels)).isNotNull();
        }
        assertThat(Step.of(method.inference(), Kernels.FUSED)).isNotNull();
    }

    /** The state, and what a block's graph may hold instead, are written apart. */
    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void aStateThatContinuesFromOneFitsItsGraph(Method method) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray h = Toy.input(manager, 2, 3, DataType.FLOAT32);
            NDArray zero = h.zerosLike();
            NDArray one = zero.add(1);
            for (Kernels kernels : Kernels.values()) {
                Step step = Step.of(method, kernels);
                NDArray x = step.enter(h.mul(0.7));
                boolean sum = step.residual(x, h).equals(x.add(h));

                assertThat(method.plainSum()).isEqualTo(sum);
                assertThat(step.residual(zero, one).toFloatArray()).isEqualTo(one.toFloatArray());
                assertThat(step.first(zero, one).toFloatArray()).isEqualTo(one.toFloatArray());
            }
        }
    }
}
