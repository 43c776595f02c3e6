package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final Provenance SOME = new Provenance("some ids", "generated", true, "");

    @Test
    void runsReadAsTheirConcatenation() {
        int[] base = IntStream.range(100, 150).toArray();
        var store =
                new TokenStore.Runs(
                        TokenStore.of(base), new long[] {40, 0, 7}, new long[] {10, 1, 5});
        var tokens = new Tokens(store, SOME);
        int[] expected =
                IntStream.of(
                                140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 100, 107, 108,
                                109, 110, 111)
                        .toArray();
        assertThat(tokens.size()).isEqualTo(expected.length);
        for (int from = 0; from <= expected.length; from++) {
            for (int to = from; to <= expected.length; to++) {
                assertThat(tokens.window(from, to - from))
                        .isEqualTo(Arrays.copyOfRange(expected, from, to));
            }
        }
        assertThat(tokens.get(10)).isEqualTo(100);
    }

    @Test
    void noRunsAreNoTokens() {
        var none = new TokenStore.Runs(TokenStore.of(new int[3]), new long[0], new long[0]);
        assertThat(new Tokens(none, SOME).size()).isZero();
    }

    @Test
    void positionsOutOfRangeAreRefused() {
        var tokens = Tokens.of(new int[] {1, 2, 3}, SOME);
        assertThat(tokens.provenance()).isEqualTo(SOME);
        for (int[] range : new int[][] {{-1, 1}, {3, 1}, {1, 3}, {0, -1}, {2, Integer.MAX_VALUE}}) {
            assertThatThrownBy(() -> tokens.window(range[0], range[1]))
                    .isInstanceOf(IndexOutOfBoundsException.class)
                    .hasMessageContainingAll("some ids", "0 to 2", "position " + range[0]);
        }
        assertThatThrownBy(() -> tokens.get(3)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void negativeIdsAreRefused() {
        assertThatThrownBy(() -> Tokens.of(new int[] {0, -7}, SOME))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("-7", "position 1");
    }
}
