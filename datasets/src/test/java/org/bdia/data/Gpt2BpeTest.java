package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Gpt2BpeTest {
    private static final Gpt2Bpe BPE = new Gpt2Bpe();

    /** Any Unicode text; half of it from what the encoding treats specially. */
    private static String text(Random random) {
        var special = " \n\t\r\u0085\u00A0\u3000\u200B'stLl19½é\u0301.!\0".codePoints().toArray();
        var codePoints =
                random.ints(random.nextInt(40), 0, 0x110000)
                        .map(c -> random.nextBoolean() ? special[c % special.length] : c)
                        .filter(c -> Character.getType(c) != Character.SURROGATE)
                        .toArray();
        return new String(codePoints, 0, codePoints.length);
    }

    @Test
    void anyTextComesBack() {
        var random = new Random(1);
        for (int i = 0; i < 2_000; i++) {
            var text = text(random);
            int[] ids = BPE.encode(text);
            assertThat(BPE.decode(ids)).isEqualTo(text);
            assertThat(Arrays.stream(ids).boxed()).allMatch(id -> id >= 0 && id < BPE.endOfText());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "ab", "é", " ", "日本"})
    void aVeryLongWordComesBack(String part) {
        var text = part.repeat(2_000);
        assertThat(BPE.decode(BPE.encode(text))).isEqualTo(text);
    }

    @Test
    void idsThatAreWholeCharactersReadDifferently() {
        assertThat(BPE.size()).isEqualTo(50_257);
        var words =
                IntStream.range(0, BPE.size() - 1)
                        .mapToObj(id -> BPE.decode(new int[] {id}))
                        .filter(word -> !word.contains("\uFFFD"));
        assertThat(words).doesNotHaveDuplicates().hasSizeGreaterThan(49_000);
    }

    @Test
    void theClosingIdIsTheLastAndNoTextBecomesIt() {
        assertThat(BPE.endOfText()).isEqualTo(BPE.size() - 1);
        assertThat(BPE.decode(new int[] {BPE.endOfText()})).isEqualTo("<|endoftext|>");
        assertThat(BPE.encode("<|endoftext|>")).hasSizeGreaterThan(1);
        assertThat(BPE.decode(BPE.encode("<|endoftext|>"))).isEqualTo("<|endoftext|>");
    }

    @Test
    void aCutCharacterReadsAsTheReplacementCharacter() {
        int[] ids = BPE.encode("\uD83D\uDE00");
        assertThat(ids).hasSizeGreaterThan(1);
        assertThat(BPE.decode(Arrays.copyOf(ids, 1))).isEqualTo("\uFFFD");
        assertThat(BPE.decode(BPE.encode("a\uD800b\uDC00"))).isEqualTo("a\uFFFDb\uFFFD");
    }

    @Test
    void idsOutOfRangeAreRefused() {
        assertThatThrownBy(() -> BPE.decode(new int[] {5, 50_257}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("GPT-2 BPE", "0 to 50256", "id 50257", "position 1");
        assertThatThrownBy(() -> BPE.decode(new int[] {-1}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("id -1", "position 0");
    }
}
