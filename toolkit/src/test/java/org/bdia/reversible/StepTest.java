package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.junit.jupiter.api.Test;

class StepTest {

    private static final List<Method> METHODS =
            List.of(
                    Method.standard(),
                    Method.quantised(),
                    Method.bdia(0.5),
                    Method.bdiaFloat(0.5),
                    Method.revNet(),
                    Method.midpoint());

    @Test
    void everyMethodIsPairedWithItsArithmetic() {
        assertThat(METHODS)
                .extracting(method -> (Object) method.getClass())
                .containsExactlyInAnyOrderElementsOf(permitted(Method.class));
        for (Method method : METHODS) {
            for (Kernels kernels : Kernels.values()) {
                assertThat(Step.of(method, kernels)).isNotNull();
            }
            assertThat(Step.of(method.inference(), Kernels.FUSED)).isNotNull();
        }
    }

    private static List<Object> permitted(Class<?> type) {
        return type.isSealed()
                ? Arrays.stream(type.getPermittedSubclasses())
                        .flatMap(each -> permitted(each).stream())
                        .toList()
                : List.of(type);
    }

    @Test
    void whatAMethodSaysOfItselfFitsTogether() {
        for (Method method : METHODS) {
            assertThat(method.invertible()).isEqualTo(method.gamma() > 0 || method.twoStep());
            assertThat(method.twoStep())
                    .isEqualTo(method.streams() == 2 || method instanceof Method.Midpoint);
            assertThat(method.exact())
                    .isEqualTo(method.sideBits() > 0 || method instanceof Method.Midpoint);
            assertThat(method.inference().gamma() == 0 || !method.exact()).isTrue();
            assertThat(method.name()).startsWith(method.label());
            method.backprop().requireSupports(method);
        }
    }
}
