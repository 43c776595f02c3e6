package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ZeroStripTest {
    private static final double[] AT = {1, 2};

    @Test
    void exactZerosStandBelowTheLowestDecade() {
        Series exact = Series.Line.of("bdia", AT, new double[] {0, 0});
        Series drifting = Series.Line.of("bdia-float", AT, new double[] {3e-7, 1e-2});
        ZeroStrip strip = strip(Axis.log("error"), exact, drifting);

        assertThat(strip.lowest()).isEqualTo(-7);
        assertThat(strip.highest()).isEqualTo(-2);
        assertThat(strip.height(exact, 0)).isEqualTo(strip.zero()).isLessThan(-7);
        assertThat(strip.height(drifting, 1e-2)).isEqualTo(-2);
        assertThat(strip.height(drifting, Double.POSITIVE_INFINITY)).isNaN();
        assertThat(strip.zero() + strip.half()).isLessThan(strip.lowest());
    }

    @Test
    void zerosOfTwoSeriesDoNotHideEachOther() {
        Series one = Series.Line.of("bdia", AT, new double[] {0, 1});
        Series other = Series.Points.of("revnet", AT, new double[] {0, 0});
        ZeroStrip strip = strip(Axis.log("error"), one, other);

        assertThat(strip.height(one, 0)).isGreaterThan(strip.height(other, 0));
        assertThat((strip.height(one, 0) + strip.height(other, 0)) / 2)
                .isCloseTo(strip.zero(), within(1e-12));
        assertThat(strip.height(one, 0)).isLessThan(strip.zero() + strip.half());
    }

    @Test
    void whereNothingIsZeroOrTheAxisIsLinearThereIsNone() {
        Series exact = Series.Line.of("bdia", AT, new double[] {0, 0});
        Series above = Series.Line.of("bdia", AT, new double[] {1, 2});
        Series bars = Series.Bars.of("bdia", List.of("a", "b"), new double[] {0, 2});

        assertThat(ZeroStrip.of(figure(Axis.linear("error"), exact))).isEmpty();
        assertThat(ZeroStrip.of(figure(Axis.log("error"), above))).isEmpty();
        assertThat(ZeroStrip.of(figure(Axis.linear("error"), bars))).isEmpty();
    }

    @Test
    void onlyZerosStillMakeAnAxis() {
        ZeroStrip strip = strip(Axis.log("error"), Series.Line.of("bdia", AT, new double[] {0, 0}));
        assertThat(strip.zero()).isLessThan(strip.lowest());
        assertThat(strip.lowest()).isLessThan(strip.highest());
    }

    @Test
    void labelsDoNotPretendThatTheGapIsToScale() {
        ZeroStrip strip = new ZeroStrip(-9, -7, 0, List.of());
        assertThat(strip.label(-9)).isEqualTo("0 (exact)");
        assertThat(strip.label(-8)).isBlank();
        assertThat(strip.label(-10)).isBlank();
        assertThat(strip.label(-7)).isEqualTo("10⁻⁷");
        assertThat(strip.label(-1)).isEqualTo("0.1");
    }

    private static ZeroStrip strip(Axis y, Series... series) {
        return ZeroStrip.of(figure(y, series)).orElseThrow();
    }

    private static Figure figure(Axis y, Series... series) {
        return new Figure(
                "t", Axis.linear("depth"), y, List.of(series), Samples.caption(Samples.REAL));
    }
}
