package org.bdia.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PointTest {

    @Test
    void aPointSurvivesItsWords() {
        for (String task : List.of("vit", "gpt", "mlp")) {
            Point point =
                    Point.base(task, 12)
                            .with("bdia", "reversible", "lean")
                            .withPrecision("bfloat16")
                            .withBatch(3, 5)
                            .withSize(8, 2, 24)
                            .withActivation("sign-bit-gelu-tanh");
            assertThat(Point.parse(point.arguments().toArray(String[]::new))).isEqualTo(point);
        }
    }

    @Test
    void thePeerIsToldNothingOfWhatItLacks() {
        Point peer = Point.base("vit", 12).onEngine("python");
        assertThat(peer.arguments()).noneMatch(word -> word.startsWith("activation"));
        assertThatThrownBy(() -> peer.withActivation("inverted-gelu"))
                .hasMessage("activation is inverted-gelu; expected one of gelu");
        assertThatThrownBy(() -> Point.base("vit", 12).withActivation("swish"))
                .hasMessageContaining("activation is \"swish\"");
    }
}
