package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.bdia.report.Axis.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScalingTest {
    @ParameterizedTest
    @EnumSource(Scale.class)
    void everyValueAndTickLiesInsideAndPositionsKeepTheOrder(Scale scale) {
        var random = new SplittableRandom(7);
        for (int trial = 0; trial < 300; trial++) {
            double size = Math.pow(10, random.nextDouble(-9, 9));
            double[] values = random.doubles(5, 1e-3, 1).map(v -> v * size).sorted().toArray();
            if (trial % 3 == 0) {
                values[0] = 0;
            }
            Scaling scaling = Scaling.of(scale, values);
            assertThat(scaling.ticks()).hasSizeBetween(2, 9);
            assertThat(scaling.ticks()).extracting(Scaling.Tick::label).doesNotHaveDuplicates();
            assertThat(scaling.ticks())
                    .extracting(Scaling.Tick::at)
                    .isSorted()
                    .allMatch(at -> at >= scaling.low() && at <= scaling.high());
            double previous = scaling.low();
            for (double value : values) {
                assertThat(scaling.position(value)).isBetween(previous, scaling.high());
                previous = scaling.position(value);
            }
        }
    }

    @Test
    void exactZerosStandBelowTheLowestDecade() {
        Scaling scaling = Scaling.of(Scale.LOG, new double[] {0, 3e-7, 1e-2});
        assertThat(scaling.position(0)).isEqualTo(scaling.zero().orElseThrow()).isLessThan(-7);
        assertThat(scaling.ticks().get(0))
                .isEqualTo(new Scaling.Tick(scaling.position(0), "0 (exact)"));
        assertThat(Scaling.of(Scale.LOG, new double[] {1e-7, 1}).zero()).isEmpty();
    }

    @Test
    void zerosOfTwoSeriesDoNotHideEachOther() {
        Scaling scaling = Scaling.of(Scale.LOG, new double[] {0, 0, 0, 1});
        double upper = scaling.position(0, 0, 2);
        double lower = scaling.position(0, 1, 2);
        assertThat(upper - lower).isCloseTo(scaling.laneHeight(), within(1e-12));
        assertThat((upper + lower) / 2).isCloseTo(scaling.position(0), within(1e-12));
        assertThat(scaling.position(1, 0, 2)).isEqualTo(scaling.position(1));
    }

    @Test
    void valuesThatAreNotFiniteHaveNoPositionAndDoNotStretchTheAxis() {
        double[] values = {1, Double.NaN, Double.POSITIVE_INFINITY, 2};
        for (Scale scale : Scale.values()) {
            assertThat(Scaling.of(scale, values)).isEqualTo(Scaling.of(scale, new double[] {1, 2}));
            assertThat(Scaling.of(scale, values).position(Double.POSITIVE_INFINITY)).isNaN();
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -3, 5e-12, 1e12})
    void oneValueStillMakesAnAxis(double value) {
        Scaling scaling = Scaling.of(Scale.LINEAR, new double[] {value});
        assertThat(scaling.high()).isGreaterThan(scaling.low());
        assertThat(scaling.ticks()).isNotEmpty();
    }

    @Test
    void onlyZerosStillMakeALogarithmicAxis() {
        Scaling scaling = Scaling.of(Scale.LOG, new double[] {0, 0});
        assertThat(scaling.ticks()).hasSizeGreaterThan(1);
        assertThat(scaling.position(0)).isBetween(scaling.low(), scaling.high());
    }

    @Test
    void labelsReadAsPeopleWriteThem() {
        assertThat(labels(Scaling.of(Scale.LINEAR, new double[] {0, 12_000})))
                .containsExactly("0", "2,000", "4,000", "6,000", "8,000", "10,000", "12,000");
        assertThat(labels(Scaling.of(Scale.LINEAR, new double[] {1, 2, 3})))
                .containsExactly("1", "2", "3");
        assertThat(labels(Scaling.of(Scale.LOG, new double[] {1e-8, 1e-2})))
                .containsExactly("10⁻⁸", "10⁻⁷", "10⁻⁶", "10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²");
        assertThat(labels(Scaling.of(Scale.LOG, new double[] {0.2, 3})))
                .containsExactly("0.2", "0.5", "1", "2");
    }

    @Test
    void fewPositionsAreTheirOwnTicks() {
        double[] depths = {6, 12, 24, 48};
        assertThat(labels(Scaling.of(Scale.LINEAR, depths).withTicksAt(depths)))
                .containsExactly("6", "12", "24", "48");
        double[] crowded = {1, 2, 100};
        Scaling plain = Scaling.of(Scale.LINEAR, crowded);
        assertThat(plain.withTicksAt(crowded)).isSameAs(plain);
    }

    private static List<String> labels(Scaling scaling) {
        return scaling.ticks().stream().map(Scaling.Tick::label).toList();
    }
}
