package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class EstimateTest {
    @Test
    void standardisesByWhatScatters() {
        assertThat(Estimate.dz(new double[] {1, 2, 3})).isEqualTo(2);
        // s = 1, mean difference −2, ν = 4: J = Γ(2) / (√2 Γ(3/2)) = √(2/π).
        double g = Estimate.hedgesG(new double[] {1, 2, 3}, new double[] {3, 4, 5});
        assertThat(g).isCloseTo(-2 * Math.sqrt(2 / Math.PI), within(1e-14));
    }

    @Test
    void theFactorOfManySeedsIsHedgesApproximation() {
        double[] x = IntStream.range(0, 50).mapToDouble(i -> i % 2).toArray();
        double[] y = IntStream.range(0, 50).mapToDouble(i -> i % 2 + 1).toArray();
        double d = -1 / Math.sqrt(12.5 / 49);
        assertThat(Estimate.hedgesG(x, y)).isCloseTo(d * (1 - 3 / (4.0 * 98 - 1)), within(1e-4));
    }

    @Test
    void knowsNoUnitAndNoDirection() {
        double[] x = {1, 2, 4, 8};
        double[] y = {2, 3, 5};
        double g = Estimate.hedgesG(x, y);
        assertThat(Estimate.hedgesG(y, x)).isEqualTo(-g);
        double[] tenX = {10, 20, 40, 80};
        assertThat(Estimate.hedgesG(tenX, new double[] {20, 30, 50})).isCloseTo(g, within(1e-14));
    }

    @Test
    void withoutScatterThereIsNoUnit() {
        assertThat(Estimate.dz(new double[] {1, 1})).isNaN();
        assertThat(Estimate.dz(new double[] {1})).isNaN();
        assertThat(Estimate.hedgesG(new double[] {1, 1}, new double[] {2, 2})).isNaN();
        assertThat(Estimate.hedgesG(new double[] {1}, new double[] {2, 3})).isNaN();
    }

    @Test
    void ranksAreTestedOnlyWhereAnOrderCouldBeSignificant() {
        double[] three = {4, 5, 6};
        assertThat(Estimate.mannWhitney(new double[] {1, 2, 3}, three)).as("2 of 20").isNaN();
        assertThat(Estimate.mannWhitney(new double[] {1}, new double[39])).as("2 of 40").isNaN();
        assertThat(Estimate.mannWhitney(new double[] {0, 1, 2, 3}, new double[] {4, 5, 6, 7}))
                .isCloseTo(2 / 70.0, within(1e-12));
        assertThat(Estimate.mannWhitney(new double[] {-1, 0, 1, 2, 3}, three))
                .isCloseTo(2 / 56.0, within(1e-12));
    }

    @Test
    void tiesDoNotMakeAnOrderLessLikelyThanAny() {
        double[] ones = {1, 1, 1, 1, 1};
        assertThat(Estimate.mannWhitney(ones, new double[] {2, 2, 2, 2, 2}))
                .isCloseTo(2 / 252.0, within(1e-12));
        assertThat(Estimate.mannWhitney(ones, ones)).isOne();
        assertThat(Estimate.mannWhitney(ones, new double[] {1, 1, 2, 0, 1})).isBetween(0.5, 1.0);
        assertThat(Estimate.mannWhitney(ones, new double[] {1, 2, 3, 4, Double.NaN})).isNaN();
    }
}
