package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bdia.config.ActivationConfig.Derivative;
import org.bdia.config.ActivationConfig.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every activation has a word, and what there is not has none. */
class ActivationConfigTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "gelu",
                "gelu-tanh",
                "silu",
                "relu",
                "leaky-relu",
                "inverted-gelu",
                "inverted-gelu-tanh",
                "inverted-silu",
                "sign-bit-gelu",
                "sign-bit-gelu-tanh",
                "sign-bit-silu",
                "printed-gelu",
                "printed-silu"
            })
    void wordsAreReadAndWritten(String word) {
        assertThat(ActivationConfig.parse(word)).hasToString(word);
    }

    @Test
    void piecewiseLinearOnesStayAsTheyAre() {
        assertThat(ActivationConfig.inverted(Function.RELU))
                .isEqualTo(ActivationConfig.of(Function.RELU));
    }

    @Test
    void refusesWhatThereIsNot() {
        assertThatThrownBy(() -> ActivationConfig.parse("swish"))
                .hasMessageContaining("activation is \"swish\"; expected gelu,");
        assertThatThrownBy(() -> ActivationConfig.parse("inverted-relu"))
                .hasMessage(
                        "there is no INVERTED derivative of RELU; Derivative.EXACT needs nothing but y"
                                + " already");
        assertThatThrownBy(() -> new ActivationConfig(Function.GELU_TANH, Derivative.PRINTED))
                .hasMessage("there is no PRINTED derivative of GELU_TANH; use Derivative.INVERTED");
    }
}
