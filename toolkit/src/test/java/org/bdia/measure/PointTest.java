package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.config.VitConfig;
import org.junit.jupiter.api.Test;

class PointTest {

    private static final ActivationConfig INVERTED =
            ActivationConfig.inverted(ActivationConfig.Function.GELU);

    @Test
    void aPointSurvivesItsWords() {
        for (String task : List.of("vit", "gpt", "mlp")) {
            Point point =
                    Point.base(task, 12)
                            .with(Method.bdia(0.5), Execution.lean().withStored(1))
                            .withPrecision(Precision.BFLOAT16_BRANCH)
                            .withBatch(3)
                            .withSize(8, 2, 24)
                            .withActivation(ActivationConfig.parse("sign-bit-gelu-tanh"));
            assertThat(Point.parse(point.arguments().toArray(String[]::new))).isEqualTo(point);
        }
    }

    @Test
    void theModelIsWhatThePointSays() {
        for (String task : List.of("vit", "gpt")) {
            Point point = Point.base(task, 7).withSize(8, 2, 24).withActivation(INVERTED);
            assertThat(point.model().activation()).isEqualTo(INVERTED);
            assertThat(point.model().depth()).isEqualTo(7);
        }
        assertThat(Point.paper().model()).isEqualTo(VitConfig.paper());
    }

    @Test
    void revVitIsReversedWithoutSideBits() {
        Point bdia = Point.paper().with(Method.bdia(0.5), Backprop.REVERSIBLE);
        Point revnet = Point.paper().with(Method.revNet(), Backprop.REVERSIBLE);
        assertThat(Point.parse(revnet.arguments().toArray(String[]::new))).isEqualTo(revnet);
        assertThat(revnet.computed()).isEqualTo(Method.revNet());
        assertThat(revnet.sideMib()).isZero();
        assertThat(bdia.sideMib()).isPositive();
        assertThat(revnet.peer()).isEmpty();
        assertThat(bdia.lean().peer()).isEmpty();
        assertThat(bdia.peer().orElseThrow().peer()).contains(bdia);
        assertThatThrownBy(() -> revnet.onEngine("python"))
                .hasMessage("method is revnet; expected one of standard, bdia");
    }

    @Test
    void theMidpointRuleIsReversedWithoutSideBits() {
        Point midpoint = Point.base("gpt", 12).with(Method.midpoint(), Backprop.REVERSIBLE);
        assertThat(Point.parse(midpoint.arguments().toArray(String[]::new))).isEqualTo(midpoint);
        assertThat(midpoint.computed()).isEqualTo(Method.midpoint());
        assertThat(midpoint.sideMib()).isZero();
        assertThat(midpoint.peer()).isEmpty();
    }

    @Test
    void aPointIsOfTheMethodThatItIsGiven() {
        Point base = Point.base("vit", 6);
        for (Method method : List.of(Method.bdia(0.25), Method.midpoint().withLevel(7))) {
            assertThatThrownBy(() -> base.with(method, Backprop.STORE))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("method is " + method + "; expected one of Standard[]");
        }
        assertThatThrownBy(() -> Point.parse(words(base, "method=half")))
                .hasMessage("method is half; expected one of standard, bdia, revnet, midpoint");
    }

    private static String[] words(Point point, String last) {
        return Stream.concat(point.arguments().stream(), Stream.of(last)).toArray(String[]::new);
    }

    @Test
    void aStepIsComparedWithOneOfItsKind() {
        Point text = Point.base("gpt", 12).withVocabulary(1000);
        Point online = text.with(Method.bdia(0.5), Backprop.REVERSIBLE).lean().perBlock(128);
        assertThat(Point.parse(online.arguments().toArray(String[]::new))).isEqualTo(online);
        assertThat(online.store()).isEqualTo(text.whole());
        assertThat(online.with(Method.standard(), Backprop.STORE).peer()).isEmpty(); // sliced
        assertThat(text.whole().peer()).contains(text.whole().onEngine("python"));
        assertThat(text.lean().store()).isEqualTo(text);
        assertThat(text.onEngine("compiled").store()).isEqualTo(text.onEngine("python"));
        assertThatThrownBy(() -> Point.base("vit", 12).perBlock(128))
                .hasMessageContaining("headTokens is 128");
        assertThatThrownBy(() -> Point.base("mlp", 12).whole())
                .hasMessageContaining("step is whole");
    }

    @Test
    void thePeerIsToldNothingOfWhatItLacks() {
        Point peer = Point.base("vit", 12).onEngine("python");
        assertThat(peer.arguments()).noneMatch(word -> word.startsWith("activation"));
        assertThatThrownBy(() -> peer.withActivation(INVERTED))
                .hasMessage("activation is inverted-gelu; expected one of gelu");
    }
}
