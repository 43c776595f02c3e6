package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class MethodTest {

    @Test
    void testsOfEveryMethodKnowAllKinds() {
        assertThat(Methods.all())
                .extracting(Method::label)
                .containsExactlyInAnyOrderElementsOf(Json.names(Method.class));
    }

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void whatAMethodSaysOfItselfFitsTogether(Method method) {
        boolean midpoint = method instanceof Method.Midpoint;
        assertThat(method.invertible()).isEqualTo(method.gamma() > 0 || method.twoStep());
        assertThat(method.twoStep()).isEqualTo(method.streams() == 2 || midpoint);
        assertThat(method.twoStep() && method.plainInference()).isFalse();
        assertThat(method.exact()).isEqualTo(method.sideBits() > 0 || midpoint);
        assertThat(method.inference().gamma() == 0 || !method.exact()).isTrue();
        assertThat(method.name()).startsWith(method.label());
        method.backprop().requireSupports(method);
    }
}
