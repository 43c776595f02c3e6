package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.bdia.data.Mix.Purpose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 17, 1000})
    void aPermutationHoldsEveryPositionOnce(int n) {
        int[] sorted = Mix.permutation(n, 5);
        Arrays.sort(sorted);
        assertThat(sorted).containsExactly(IntStream.range(0, n).toArray());
    }

    @Test
    void allPermutationsOfThreeComeEquallyOften() {
        var counts = new int[27];
        int draws = 60_000;
        for (int key = 0; key < draws; key++) {
            int[] p = Mix.permutation(3, Mix.key(Purpose.ORDER, key, 0, 0));
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
            seen.add(Mix.bounded(Mix.bits(1, i), 9));
        }
        assertThat(seen).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8);
        assertThat(Mix.bounded(-1L, Integer.MAX_VALUE)).isEqualTo(Integer.MAX_VALUE - 1);
    }

    @Test
    void keysDifferInEveryArgument() {
        var keys = new HashSet<Long>();
        for (var purpose : Purpose.values()) {
            for (long seed = -3; seed < 3; seed++) {
                for (long major = 0; major < 6; major++) {
                    for (long minor = 0; minor < 6; minor++) {
                        keys.add(Mix.key(purpose, seed, major, minor));
                    }
                }
            }
        }
        assertThat(keys).hasSize(4 * 6 * 6 * 6);
    }

    @Test
    void unitNumbersFillTheUnitInterval() {
        double[] draws =
                IntStream.range(0, 10_000).mapToDouble(i -> Mix.unit(Mix.bits(3, i))).toArray();
        assertThat(Arrays.stream(draws).boxed())
                .allSatisfy(u -> assertThat(u).isBetween(0.0, Math.nextDown(1.0)));
        assertThat(Arrays.stream(draws).average().orElseThrow()).isBetween(0.485, 0.515);
    }
}
