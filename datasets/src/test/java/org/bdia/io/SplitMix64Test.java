package org.bdia.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SplitMix64Test {
    @Test
    void aStreamIsThatOfTheJdksSplitMix64() {
        for (long key : new long[] {0, 1, -1, Long.MIN_VALUE, 0x123456789ABCDEFL}) {
            var jdk = new SplittableRandom(key);
            for (long i = 0; i < 100; i++) {
                assertThat(SplitMix64.mix(key, i)).isEqualTo(jdk.nextLong());
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 17, 1000})
    void aPermutationHoldsEveryPositionOnce(int n) {
        int[] sorted = SplitMix64.permutation(n, 5);
        Arrays.sort(sorted);
        assertThat(sorted).containsExactly(IntStream.range(0, n).toArray());
    }

    @Test
    void allPermutationsOfThreeComeEquallyOften() {
        var counts = new int[27];
        int draws = 60_000;
        for (int key = 0; key < draws; key++) {
            int[] p = SplitMix64.permutation(3, SplitMix64.mix(key, 0));
            counts[9 * p[0] + 3 * p[1] + p[2]]++;
        }
        // Six outcomes; five standard deviations of a binomial count around its mean.
        double mean = draws / 6.0;
        double margin = 5 * Math.sqrt(mean * 5 / 6);
        assertThat(Arrays.stream(counts).filter(c -> c > 0).asDoubleStream().boxed())
                .hasSize(6)
                .allSatisfy(c -> assertThat(c).isBetween(mean - margin, mean + margin));
    }

    @Test
    void boundedNumbersCoverTheirRangeAndNothingElse() {
        var seen = new HashSet<Integer>();
        for (int i = 0; i < 1000; i++) {
            seen.add(SplitMix64.bounded(1, i, 9));
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(SplitMix64.bounded(-1L, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 1);
    }

    @Test
    void unitNumbersFillTheUnitInterval() {
        double[] draws =
                IntStream.range(0, 10_000).mapToDouble(i -> SplitMix64.unit(3, i)).toArray();
        assertThat(Arrays.stream(draws).boxed())
                .allSatisfy(u -> assertThat(u).isBetween(0.0, Math.nextDown(1.0)));
        assertThat(Arrays.stream(draws).average().orElseThrow()).isBetween(0.485, 0.515);
    }
}
