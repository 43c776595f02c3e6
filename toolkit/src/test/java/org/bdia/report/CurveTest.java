package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class CurveTest {
    private static final List<Double> AT = List.of(0.0, 1.0);
    private static final List<List<Double>> TWO_SEEDS =
            List.of(List.of(1.0, 4.0), List.of(3.0, 8.0));

    @Test
    void curvesAreTheMeanInsideOneSampleDeviationAndTheCaptionSaysSo() {
        Series.Line line = line(TWO_SEEDS);
        assertThat(line.y()).containsExactly(2.0, 6.0);
        assertThat(line.high().get(0)).isEqualTo(2 + Math.sqrt(2));
        assertThat(line.low().get(1)).isEqualTo(6 - Math.sqrt(8));
        Caption caption =
                Caption.of(List.of(Samples.REAL), Profile.SMOKE, List.of(0L, 1L), "one core");
        assertThat(caption.ofMeans(List.of(), List.of(line)).text())
                .contains(" · seeds 0, 1: mean, band ± 1 std · ");
        Series.Line single = line(TWO_SEEDS.subList(0, 1));
        assertThat(caption.ofMeans(List.of(), List.of(single))).isEqualTo(caption);
    }

    @Test
    void aMeanEndsWhereTheFirstSeedStoppedAndTheCaptionSaysSo() {
        List<Double> longer = List.of(AT.get(0), AT.get(1), 9.0);
        List<Curve> curves =
                List.of(
                        new Curve("bdia", 0, longer, List.of(1.0, 4.0, 100.0)),
                        new Curve("bdia", 7, AT, List.of(3.0, 8.0)));
        Series.Line line = (Series.Line) Curve.means(curves).get(0);
        assertThat(line.x()).isEqualTo(AT);
        assertThat(line.y()).containsExactly(2.0, 6.0);
        assertThat(Samples.caption(Samples.REAL).ofMeans(curves, List.of(line)).text())
                .contains("mean, band ± 1 std, as far as every seed goes");
    }

    @Test
    void oneSeedHasNoBand() {
        assertThat(line(TWO_SEEDS.subList(0, 1)).low()).isEmpty();
    }

    @Test
    void seedsMeasuredElsewhereAreNotAveraged() {
        List<Curve> curves =
                List.of(
                        new Curve("bdia", 0, AT, AT),
                        new Curve("bdia", 7, List.of(70.0, 72.0), AT));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Curve.means(curves))
                .withMessageContaining("bdia")
                .withMessageContaining("seed 7");
    }

    private static Series.Line line(List<List<Double>> seeds) {
        List<Curve> curves =
                seeds.stream().map(y -> new Curve("bdia", y.hashCode(), AT, y)).toList();
        return (Series.Line) Curve.means(curves).get(0);
    }
}
