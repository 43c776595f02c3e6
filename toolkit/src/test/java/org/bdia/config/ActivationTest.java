package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.bdia.config.Activation.Derivative;
import org.bdia.config.Activation.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every activation has a word, and what there is not has none. */
class ActivationTest {

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
        assertThat(Activation.parse(word)).hasToString(word);
    }

    @Test
    void piecewiseLinearOnesStayAsTheyAre() {
        assertThat(Activation.inverted(Function.RELU)).isEqualTo(Activation.of(Function.RELU));
    }

    @Test
    void refusesWhatThereIsNot() {
        assertThatThrownBy(() -> Activation.parse("swish"))
                .hasMessageContaining("activation is \"swish\"; expected gelu,");
        assertThatThrownBy(() -> Activation.parse("inverted-relu"))
                .hasMessage(
                        "there is no INVERTED derivative of RELU; Derivative.EXACT needs nothing but y"
                                + " already");
        assertThatThrownBy(() -> new Activation(Function.GELU_TANH, Derivative.PRINTED))
                .hasMessage("there is no PRINTED derivative of GELU_TANH; use Derivative.INVERTED");
    }
}
