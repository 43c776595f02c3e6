package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class ContrastTest {
    @Test
    void pairingRemovesWhatSeedsShare() {
        Contrast paired = of(seeds(0, 1.1, 21.0, 40.9), seeds(0, 2, 22, 42));
        // d = −0.9, −1, −1.1: t = −1 / (0.1/√3) = −10√3; with two degrees of freedom p = 1 −
        // |t|/√(t² + 2).
        assertThat(paired.paired()).isTrue();
        assertThat(paired.estimate().p()).isCloseTo(1 - Math.sqrt(300 / 302.0), within(1e-12));
        assertThat(paired.estimate().effect()).isCloseTo(-10, within(1e-10));
        double quantile = 0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95));
        assertThat(paired.estimate().high())
                .isCloseTo(-1 + quantile * 0.1 / Math.sqrt(3), within(1e-9));
        assertThat(paired.text(new Metric("loss")))
                .isEqualTo(
                        "bdia − standard: -1, 95 % [-1.248, -0.7516], paired t-test p = 0.003,"
                                + " d_z = -10.00 (n = 3)");
    }

    @Test
    void ofTwoSeedsNeitherAnIntervalNorAnEffectSizeIsShown() {
        Contrast two = of(seeds(0, 0.22, 0.25), seeds(0, 0.20, 0.231));
        assertThat(two.estimate().effect()).as("still measured").isGreaterThan(20);
        String why = "no interval or effect size of fewer than 3 seeds";
        assertThat(two.text(new Metric("test_accuracy")))
                .startsWith("bdia − standard: 1.95 pp, paired t-test p = ")
                .endsWith(" (n = 2), " + why);
        var table = Contrast.table(new Metric("test_accuracy"), "standard", List.of(two));
        for (String column : List.of("95 % low", "95 % high", "effect size")) {
            assertThat(table.doubleColumn(column).isMissing(0)).as(column).isTrue();
        }
        assertThat(Tables.text(table)).contains(" – ");
        assertThat(table.stringColumn("note").get(0)).isEqualTo(why);
    }

    @Test
    void otherSeedsAreIndependentSamples() {
        Contrast welch = of(seeds(0, 1, 3), seeds(5, 5, 7));
        // Variances 2 and 2 over two each: t = −4/√2, ν = 2, and p = 1 − √(8/10).
        assertThat(welch.paired()).isFalse();
        assertThat(welch.estimate().p()).isCloseTo(1 - Math.sqrt(0.8), within(1e-12));
        assertThat(welch.seeds()).isEqualTo("2 and 2");
        assertThat(welch.text(new Metric("loss"))).contains("Welch t-test", "(n = 2 and 2)");
    }

    @Test
    void seedsThatOnlyOneHasAreLeftOutOfThePairs() {
        SortedMap<Long, Double> four = seeds(0, 1.1, 21.0, 40.9, 9.9);
        Contrast paired = of(four, seeds(0, 2, 22, 42));
        Contrast three = of(seeds(0, 1.1, 21.0, 40.9), seeds(0, 2, 22, 42));
        assertThat(paired.paired()).isTrue();
        assertThat(paired.estimate()).isEqualTo(three.estimate());
        assertThat(paired.n()).isEqualTo(3);
        assertThat(paired.text(new Metric("loss")))
                .endsWith("(n = 3), without seeds [3], which only one has");
        assertThat(of(four, seeds(3, 1, 2)).paired()).as("one pair has no scatter").isFalse();
    }

    @Test
    void turningRoundChangesTheSignAlone() {
        SortedMap<Long, Double> x = seeds(0, 0.3, 0.8, 0.1, 0.9);
        for (SortedMap<Long, Double> y : List.of(seeds(0, 1, 0.2, 3, 2), seeds(1, 1, 2))) {
            Contrast there = of(x, y);
            Contrast back = of(y, x);
            assertThat(back.estimate().difference())
                    .isCloseTo(-there.estimate().difference(), within(1e-15));
            assertThat(back.estimate().high()).isCloseTo(-there.estimate().low(), within(1e-12));
            assertThat(back.estimate().effect())
                    .isCloseTo(-there.estimate().effect(), within(1e-12));
            assertThat(back.estimate().p()).isCloseTo(there.estimate().p(), within(1e-12));
            assertThat(there.estimate().p()).isBetween(0.0, 1.0);
        }
    }

    @Test
    void equalSamplesAreNoEvidence() {
        for (long first : new long[] {0, 7}) {
            Contrast same = of(seeds(0, 2, 2, 2), seeds(first, 2, 2, 2));
            assertThat(same.estimate().p()).isOne();
            assertThat(same.estimate().effect()).isNaN();
            assertThat(same.note()).isEqualTo("all equal");
        }
        Contrast varying = of(seeds(0, 1, 2, 3), seeds(0, 1, 2, 3));
        assertThat(varying.estimate().p()).isOne();
        assertThat(of(seeds(0, 1, 2, 3), seeds(7, 1, 2, 3)).estimate().p()).isOne();
    }

    @Test
    void whatCannotBeTestedSaysWhy() {
        Contrast one = of(seeds(0, 1), seeds(0, 2));
        assertThat(one.estimate().p()).isNaN();
        assertThat(one.text(new Metric("loss")))
                .isEqualTo("bdia − standard: -1, no test: one seed (n = 1)");
        Contrast shifted = of(seeds(0, 1.1, 2.1, 3.1), seeds(0, 1, 2, 3));
        assertThat(shifted.estimate().p()).as("rounding errors are no scatter").isNaN();
        assertThat(shifted.note()).isEqualTo("the difference does not vary");
        Contrast diverged = of(seeds(0, 1, Double.NaN), seeds(4, 1, 2));
        assertThat(diverged.estimate().p()).isNaN();
        assertThat(diverged.u()).isNaN();
        assertThat(diverged.note()).isEqualTo("a value is not finite");
    }

    @Test
    void aWorkedExample() {
        // 4 × 0.005 = 0.02; 3 × 0.01 = 0.03; 2 × 0.03 = 0.06; 0.04 must not fall below 0.06.
        assertThat(Contrast.holm(new double[] {0.01, 0.04, 0.03, 0.005}))
                .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
    }

    @RepeatedTest(20)
    void keepsOrderBoundsAndPlaces(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        double[] p = random.doubles(1 + random.nextInt(12)).map(v -> v * v).toArray();
        double[] holm = Contrast.holm(p);
        for (int i = 0; i < p.length; i++) {
            assertThat(holm[i]).isBetween(p[i], Math.min(1, p.length * p[i]));
            for (int j = 0; j < p.length; j++) {
                assertThat(p[i] <= p[j] && holm[i] > holm[j]).as("order").isFalse();
            }
        }
        double least = Arrays.stream(p).min().getAsDouble();
        assertThat(Arrays.stream(holm).min().getAsDouble())
                .as("the smallest is Bonferroni's")
                .isEqualTo(Math.min(1, p.length * least));
        int[] turned = IntStream.range(0, p.length).map(i -> p.length - 1 - i).toArray();
        double[] other = Contrast.holm(Arrays.stream(turned).mapToDouble(i -> p[i]).toArray());
        assertThat(other)
                .containsExactly(Arrays.stream(turned).mapToDouble(i -> holm[i]).toArray());
    }

    @Test
    void whatWasNotTestedDoesNotCount() {
        assertThat(Contrast.holm(new double[] {Double.NaN, 0.02, 0.5}))
                .containsExactly(Double.NaN, 0.04, 0.5);
        assertThat(Contrast.holm(new double[0])).isEmpty();
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
