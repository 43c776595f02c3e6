package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.PValueMethod;
import org.junit.jupiter.api.Test;

class MannWhitneyTest {

    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void tiesDoNotMakeThreeAgainstThreeLessLikelyThanAnyOrder() {
        assertThat(MannWhitney.p(new double[] {0.30, 0.30, 0.31}, new double[] {0.33, 0.34, 0.35}))
                .isCloseTo(0.1, within(1e-12));
        assertThat(MannWhitney.p(new double[] {1, 1, 1}, new double[] {2, 2, 2}))
                .isCloseTo(0.1, within(1e-12));
        assertThat(MannWhitney.p(new double[] {1, 1}, new double[] {1, 1, 1})).isOne();
    }

    @Test
    void itIsTheShareOfAllDrawsWithTies() {
        for (int i = 0; i < 50; i++) {
            double[] x = sample(1 + random.nextInt(6), 5);
            double[] y = sample(1 + random.nextInt(6), 5);
            assertThat(MannWhitney.p(x, y)).isCloseTo(enumerated(x, y), within(1e-12));
        }
    }

    @Test
    void withoutTiesItIsTheLibrarysExactTest() {
        var exact = MannWhitneyUTest.withDefaults().with(PValueMethod.EXACT);
        for (int n : new int[] {1, 3, 10, 30}) {
            double[] x = sample(n, 1e9);
            double[] y = sample(30, 1e9);
            assertThat(MannWhitney.p(x, y)).isCloseTo(exact.test(x, y).getPValue(), within(1e-12));
        }
    }

    @Test
    void manyValuesAreApproximated() {
        double[] x = sample(40, 50);
        double[] y = sample(30, 60);
        assertThat(MannWhitney.p(x, y))
                .isEqualTo(MannWhitneyUTest.withDefaults().test(x, y).getPValue());
        assertThat(MannWhitney.p(new double[40], new double[30])).isOne();
    }

    private double[] sample(int size, double values) {
        return random.doubles(size, 0, values).map(Math::floor).toArray();
    }

    private static double enumerated(double[] x, double[] y) {
        double[] all = Arrays.copyOf(x, x.length + y.length);
        System.arraycopy(y, 0, all, x.length, y.length);
        double found = distance((1 << x.length) - 1, all, x.length);
        int[] draws =
                IntStream.range(0, 1 << all.length)
                        .filter(set -> Integer.bitCount(set) == x.length)
                        .toArray();
        return IntStream.of(draws).filter(set -> distance(set, all, x.length) >= found).count()
                / (double) draws.length;
    }

    /** How far U, the number of pairs won by the chosen, ties half, is from its mean. */
    private static double distance(int set, double[] all, int size) {
        double u = 0;
        for (int i = 0; i < all.length; i++) {
            for (int j = 0; j < all.length; j++) {
                if ((set >> i & 1) == 1 && (set >> j & 1) == 0) {
                    u += 0.5 + 0.5 * Double.compare(all[i], all[j]);
                }
            }
        }
        return Math.abs(u - size * (all.length - size) / 2.0);
    }
}
