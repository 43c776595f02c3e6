package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import org.junit.jupiter.api.Test;

class CharactersTest {
    private static final String TEXT = "naïve 😀 — one,\ntwo; two?";
    private static final Characters CHARACTERS = Characters.of(TEXT);

    @Test
    void knownTextComesBack() {
        assertThat(CHARACTERS.decode(CHARACTERS.encode(TEXT))).isEqualTo(TEXT);
        assertThat(CHARACTERS.decode(new int[0])).isEmpty();
    }

    @Test
    void idsCountTheDistinctCharactersFromOneAscending() {
        int[] distinct = TEXT.codePoints().distinct().sorted().toArray();
        assertThat(CHARACTERS.size()).isEqualTo(distinct.length + 1);
        var ascending = new String(distinct, 0, distinct.length);
        int[] ids = new int[distinct.length];
        Arrays.setAll(ids, i -> i + 1);
        assertThat(CHARACTERS.encode(ascending)).isEqualTo(ids);
    }

    @Test
    void onlyTheTrainingTextTeachesAndOrderDoesNotMatter() {
        var reversed = new StringBuilder(TEXT).reverse().toString();
        assertThat(Characters.of(reversed).encode(TEXT)).isEqualTo(CHARACTERS.encode(TEXT));
    }

    @Test
    void allOtherCharactersAreIdZeroThatReadsAsTheReplacementCharacter() {
        assertThat(CHARACTERS.encode("oX日😁e")).startsWith(CHARACTERS.encode("o")[0], 0, 0, 0);
        assertThat(CHARACTERS.decode(CHARACTERS.encode("oX日😁e")))
                .isEqualTo("o\uFFFD\uFFFD\uFFFDe");
        var odd = Characters.of("a\uFFFDb\uD800c");
        assertThat(odd.size()).isEqualTo(4);
        assertThat(odd.encode("a\uFFFDb\uD800c")).containsExactly(1, 0, 2, 0, 3);
    }

    @Test
    void idsOutOfRangeAreRefused() {
        int size = CHARACTERS.size();
        assertThatThrownBy(() -> CHARACTERS.decode(new int[] {1, 2, size}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        "characters", "0 to " + (size - 1), "id " + size, "position 2");
        assertThatThrownBy(() -> CHARACTERS.decode(new int[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("id -1", "position 0");
    }

    @Test
    void noIdClosesADocument() {
        assertThat(CHARACTERS.endOfText()).isEqualTo(-1);
        assertThat(CHARACTERS.name()).isEqualTo("characters");
    }
}
