package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class NGramsTest {
    private static final List<String> TOKENS = List.of("a", "b", "a", "b", "c");

    @Test
    void countsAreAsManyAsTheTextHolds() {
        assertThat(NGrams.count(TOKENS, 2)).isEqualTo(Map.of("a b", 2, "b a", 1, "b c", 1));
        for (int n = 1; n <= 7; n++) {
            int sum = NGrams.count(TOKENS, n).values().stream().mapToInt(c -> c).sum();
            assertThat(sum).isEqualTo(NGrams.total(TOKENS, n)).isEqualTo(Math.max(0, 6 - n));
        }
    }

    @Test
    void largestCountIsOverTextsAndNotTheirSum() {
        assertThat(NGrams.largestCount(List.of(TOKENS, List.of("b", "c", "c")), 1))
                .isEqualTo(Map.of("a", 2, "b", 2, "c", 2));
    }

    @Test
    void overlapIsTheIntersectionOfMultisets() {
        Map<String, Integer> a = Map.of("x", 3, "y", 1, "z", 5);
        Map<String, Integer> b = Map.of("x", 2, "y", 4);
        assertThat(NGrams.overlap(a, b)).isEqualTo(NGrams.overlap(b, a)).isEqualTo(3);
        assertThat(NGrams.overlap(a, a)).isEqualTo(9);
    }
}
