package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bdia.report.Figures.Band;
import org.junit.jupiter.api.Test;

class FiguresTest {
    private static final Axis X = Axis.linear("step");
    private static final Axis Y = Axis.linear("loss");
    private static final List<Double> AT = List.of(0.0, 1.0);
    private static final List<List<Double>> TWO_SEEDS =
            List.of(List.of(1.0, 4.0), List.of(3.0, 8.0));

    @Test
    void curvesAreTheMeanInsideTheRange() {
        Series.Line line = line(Band.RANGE, TWO_SEEDS);
        assertThat(line.y()).containsExactly(2.0, 6.0);
        assertThat(line.low()).containsExactly(1.0, 4.0);
        assertThat(line.high()).containsExactly(3.0, 8.0);
    }

    @Test
    void orInsideOneSampleDeviation() {
        Series.Line line = line(Band.STANDARD_DEVIATION, TWO_SEEDS);
        assertThat(line.high().get(0)).isEqualTo(2 + Math.sqrt(2));
        assertThat(line.low().get(1)).isEqualTo(6 - Math.sqrt(8));
    }

    @Test
    void oneSeedHasNoBand() {
        assertThat(line(Band.RANGE, TWO_SEEDS.subList(0, 1)).low()).isEmpty();
    }

    @Test
    void seedsMeasuredElsewhereAreNotAveraged() {
        List<Curve> curves =
                List.of(new Curve("bdia", 0, AT, AT), new Curve("bdia", 7, List.of(0.0, 2.0), AT));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                Figures.curves(
                                        "t",
                                        X,
                                        Y,
                                        curves,
                                        Band.RANGE,
                                        Samples.caption(Samples.REAL)))
                .withMessageContaining("bdia")
                .withMessageContaining("seed 7");
    }

    @Test
    void barsLeaveAGapWhereACategoryLacksAMethod() {
        Map<String, List<Comparison.Summary>> groups = new LinkedHashMap<>();
        var bdia = new Comparison.Summary("bdia", 3, 5, 1, 4, 6);
        var standard = new Comparison.Summary("standard", 3, 9, 2, 7, 11);
        groups.put("K = 6", List.of(bdia, standard));
        groups.put("K = 12", List.of(standard));
        Figure figure = Figures.bars("t", Y, groups, Samples.caption(Samples.REAL));
        assertThat(figure.series()).extracting(Series::name).containsExactly("bdia", "standard");
        assertThat(figure.series().get(0).y()).containsExactly(5.0, Double.NaN);
        assertThat(figure.png(1)).isNotEmpty();
    }

    private static Series.Line line(Band band, List<List<Double>> seeds) {
        List<Curve> curves =
                seeds.stream().map(y -> new Curve("bdia", y.hashCode(), AT, y)).toList();
        Figure figure = Figures.curves("t", X, Y, curves, band, Samples.caption(Samples.REAL));
        return (Series.Line) figure.series().get(0);
    }
}
