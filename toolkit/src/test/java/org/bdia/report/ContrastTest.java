package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bdia.report.Contrast.Design;
import org.junit.jupiter.api.Test;

class ContrastTest {
    @Test
    void pairingRemovesWhatSeedsShare() {
        Contrast paired = of(seeds(0, 1.1, 21.0, 40.9), seeds(0, 2, 22, 42));
        // d = −0.9, −1, −1.1: t = −1 / (0.1/√3) = −10√3; with two degrees of freedom p = 1 −
        // |t|/√(t² + 2).
        assertThat(paired.design()).isEqualTo(Design.PAIRED);
        assertThat(paired.t().raw()).isCloseTo(1 - Math.sqrt(300 / 302.0), within(1e-12));
        assertThat(paired.effect()).isCloseTo(-10, within(1e-10));
        assertThat(paired.u().raw()).as("the pairs are what tells").isGreaterThan(0.5);
        double quantile = 0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95));
        assertThat(paired.high()).isCloseTo(-1 + quantile * 0.1 / Math.sqrt(3), within(1e-9));
        assertThat(paired.text())
                .isEqualTo(
                        "bdia − standard: -1, 95 % [-1.248, -0.7516], paired t-test p = 0.003,"
                                + " d_z = -10.00 (n = 3)");
    }

    @Test
    void otherSeedsAreIndependentSamples() {
        Contrast welch = of(seeds(0, 1, 3), seeds(5, 5, 7));
        // Variances 2 and 2 over two each: t = −4/√2, ν = 2, and p = 1 − √(8/10).
        assertThat(welch.design()).isEqualTo(Design.WELCH);
        assertThat(welch.t().raw()).isCloseTo(1 - Math.sqrt(0.8), within(1e-12));
        assertThat(welch.seeds()).isEqualTo("2 and 2");
        assertThat(welch.text()).contains("Welch t-test", "g = ", "(n = 2 and 2)");
    }

    @Test
    void seedsThatOnlyOneHasAreLeftOutOfThePairs() {
        SortedMap<Long, Double> four = seeds(0, 1.1, 21.0, 40.9, 9.9);
        Contrast paired = of(four, seeds(0, 2, 22, 42));
        Contrast three = of(seeds(0, 1.1, 21.0, 40.9), seeds(0, 2, 22, 42));
        assertThat(paired.design()).isEqualTo(Design.PAIRED);
        assertThat(paired.t()).isEqualTo(three.t());
        assertThat(paired.u()).isEqualTo(three.u());
        assertThat(paired.n()).isEqualTo(3);
        assertThat(paired.text()).endsWith("(n = 3), without seeds [3], which only one has");
        assertThat(of(four, seeds(3, 1, 2)).design())
                .as("one pair has no scatter")
                .isEqualTo(Design.WELCH);
    }

    @Test
    void ranksOfSeparateSamplesLeaveOneOrderAmongAll() {
        assertThat(of(seeds(0, 1, 2, 3), seeds(0, 4, 5, 6)).u().raw())
                .as("2 of 6!/(3! 3!) orders")
                .isCloseTo(0.1, within(1e-12));
        assertThat(of(seeds(0, 1, 2, 3, 4, 5), seeds(9, 6, 7, 8, 9, 10)).u().raw())
                .isCloseTo(2 / 252.0, within(1e-12));
    }

    @Test
    void turningRoundChangesTheSignAlone() {
        SortedMap<Long, Double> x = seeds(0, 0.3, 0.8, 0.1, 0.9);
        for (SortedMap<Long, Double> y : List.of(seeds(0, 1, 0.2, 3, 2), seeds(1, 1, 2))) {
            Contrast there = of(x, y);
            Contrast back = of(y, x);
            assertThat(back.difference()).isCloseTo(-there.difference(), within(1e-15));
            assertThat(back.high()).isCloseTo(-there.low(), within(1e-12));
            assertThat(back.effect()).isCloseTo(-there.effect(), within(1e-12));
            assertThat(back.t().raw()).isCloseTo(there.t().raw(), within(1e-12));
            assertThat(back.u().raw()).isCloseTo(there.u().raw(), within(1e-12));
            assertThat(there.t().raw()).isBetween(0.0, 1.0);
            assertThat(there.u().raw()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void equalSamplesAreNoEvidence() {
        for (long first : new long[] {0, 7}) {
            Contrast same = of(seeds(0, 2, 2, 2), seeds(first, 2, 2, 2));
            assertThat(same.t().raw()).isOne();
            assertThat(same.u().raw()).isOne();
            assertThat(same.effect()).isNaN();
            assertThat(same.note()).isEqualTo("all equal");
        }
        Contrast varying = of(seeds(0, 1, 2, 3), seeds(0, 1, 2, 3));
        assertThat(varying.t().raw()).isOne();
        assertThat(of(seeds(0, 1, 2, 3), seeds(7, 1, 2, 3)).t().raw()).isOne();
    }

    @Test
    void whatCannotBeTestedSaysWhy() {
        Contrast one = of(seeds(0, 1), seeds(0, 2));
        assertThat(one.t().raw()).isNaN();
        assertThat(one.text()).isEqualTo("bdia − standard: -1, no test: one seed (n = 1)");
        Contrast shifted = of(seeds(0, 1.1, 2.1, 3.1), seeds(0, 1, 2, 3));
        assertThat(shifted.t().raw()).as("rounding errors are no scatter").isNaN();
        assertThat(shifted.note()).isEqualTo("the difference does not vary");
        Contrast diverged = of(seeds(0, 1, Double.NaN), seeds(4, 1, 2));
        assertThat(diverged.t().raw()).isNaN();
        assertThat(diverged.u().raw()).isNaN();
        assertThat(diverged.note()).isEqualTo("a value is not finite");
    }

    private static Contrast of(SortedMap<Long, Double> x, SortedMap<Long, Double> y) {
        return Contrast.of("bdia", x, "standard", y);
    }

    private static SortedMap<Long, Double> seeds(long first, double... values) {
        SortedMap<Long, Double> seeds = new TreeMap<>();
        for (int i = 0; i < values.length; i++) {
            seeds.put(first + i, values[i]);
        }
        return seeds;
    }
}
