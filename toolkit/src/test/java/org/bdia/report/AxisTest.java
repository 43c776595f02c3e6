package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class AxisTest {
    private static final double[] EPOCHS = {0, 1, 2, 3, 4, 5};

    @Test
    void aLossBeforeTrainingDoesNotSetTheScale() {
        Axis axis = fitted(10.8, 3.2, 3.1, 3.0, 2.9, 2.8);
        assertThat(axis.low()).isBetween(2.7, 2.8);
        assertThat(axis.high()).isBetween(3.2, 3.3);
        assertThat(fitted(10.8, 9.5, 3.1, 3.0, 2.9, 2.8).high()).isBetween(3.1, 3.2);
    }

    @Test
    void linesThatUseTheWholeHeightAreShownInFull() {
        assertThat(fitted(2.3, 2.0, 1.8, 1.9, 2.1, 2.3)).isEqualTo(Axis.linear("loss"));
        assertThat(fitted(6, 5, 4, 3, 2, 1)).isEqualTo(Axis.linear("loss"));
        assertThat(fitted(2, 2, 2, 2, 2, 2)).isEqualTo(Axis.linear("loss"));
        assertThat(fitted(2, 1, 1, 1, 1, 1)).as("nothing parts").isEqualTo(Axis.linear("loss"));
        assertThat(
                        Axis.fitted(
                                "loss",
                                List.of(Series.Line.of("a", new double[] {0}, new double[] {5}))))
                .isEqualTo(Axis.linear("loss"));
    }

    @Test
    void bandsAndOtherLinesCount() {
        Series line = Series.Line.of("standard", EPOCHS, new double[] {9, 2, 2, 2, 2, 2.1});
        Series band =
                new Series.Line(
                        "bdia",
                        line.x(),
                        line.y(),
                        List.of(9., 1., 1., 1., 1., 1.),
                        List.of(9., 2., 2., 2., 2., 3.));
        Axis axis = Axis.fitted("loss", List.of(line, band));
        assertThat(axis.low()).isLessThan(1);
        assertThat(axis.high()).isBetween(3.0, 3.2);
    }

    private static Axis fitted(double... losses) {
        return Axis.fitted("loss", List.of(Series.Line.of("bdia", EPOCHS, losses)));
    }
}
