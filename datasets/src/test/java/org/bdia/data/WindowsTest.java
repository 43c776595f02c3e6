package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WindowsTest {
    /** Ids that say their position. */
    private static Tokens counting(int size) {
        var provenance = new Provenance("counting", "generated", true, "");
        return Tokens.of(IntStream.range(0, size).toArray(), provenance);
    }

    @ParameterizedTest
    @CsvSource({"2,1", "9,8", "15,8", "16,8", "17,8", "100,7", "1000,1", "1003,10"})
    void anEpochVisitsEqualWindowsOfOneOffsetEachOnce(int size, int length) {
        var windows = new Windows(counting(size), length);
        for (int epoch = 0; epoch < 30; epoch++) {
            int[] order = windows.order(3, epoch);
            int[] sorted = order.clone();
            Arrays.sort(sorted);
            int offset = sorted[0];
            assertThat(offset).isBetween(0, length - 1);
            assertThat(sorted)
                    .isEqualTo(
                            IntStream.range(0, windows.size())
                                    .map(w -> offset + w * length)
                                    .toArray());
            for (int start : order) {
                assertThat(windows.window(start))
                        .isEqualTo(IntStream.rangeClosed(start, start + length).toArray());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"2,1", "9,8", "16,8", "17,8", "100,7", "1003,10"})
    void evaluationPredictsEveryTokenOnceThatAWholeWindowReaches(int size, int length) {
        var windows = new Windows(counting(size), length);
        var targets =
                IntStream.of(windows.starts())
                        .flatMap(start -> Arrays.stream(windows.window(start)).skip(1));
        int whole = (size - 1) / length * length;
        assertThat(targets.toArray()).isEqualTo(IntStream.rangeClosed(1, whole).toArray());
        assertThat(windows.starts().length - windows.size()).isBetween(0, 1);
    }

    @Test
    void seedAndEpochFixTheOrderAndEachChangesIt() {
        var windows = new Windows(counting(1000), 10);
        assertThat(windows.order(3, 1)).isEqualTo(windows.order(3, 1));
        assertThat(windows.order(3, 1)).isNotEqualTo(windows.order(3, 2));
        assertThat(windows.order(3, 1)).isNotEqualTo(windows.order(4, 1));
    }

    @Test
    void allOffsetsCome() {
        var windows = new Windows(counting(1000), 10);
        var offsets = new HashSet<Integer>();
        for (int epoch = 0; epoch < 200; epoch++) {
            offsets.add(windows.order(3, epoch)[0] % 10);
        }
        assertThat(offsets).hasSize(10);
    }

    @Test
    void windowsThatDoNotFitAreRefused() {
        for (int length : new int[] {5, 6, Integer.MAX_VALUE}) {
            assertThatThrownBy(() -> new Windows(counting(5), length))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("counting", "window of " + length, "5 tokens");
        }
        assertThatThrownBy(() -> new Windows(counting(5), 0))
                .hasMessage("a window must have 1 token or more, but has 0");
        assertThatThrownBy(() -> new Windows(counting(5), 3).window(2))
                .isInstanceOf(IndexOutOfBoundsException.class);
    }
}
