package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SyntheticPairsTest {

    private static final PairSplit SPLIT = SyntheticPairs.split(3_000, 400, 400, 5);

    @Test
    void noSentenceStandsInTwoPartsWhateverItsMark() {
        Set<String> keys = new HashSet<>();
        Set<Long> ids = new HashSet<>();
        for (List<SentencePair> part : List.of(SPLIT.train(), SPLIT.validation(), SPLIT.test())) {
            part.forEach(p -> keys.add(SentencePairs.key(p.source())));
            part.forEach(p -> ids.add(p.id()));
        }
        assertThat(keys).hasSize(3_800);
        assertThat(ids).hasSize(3_800);
    }

    /** What makes them learnable: each word has one translation, and the translation one order. */
    @Test
    void aSentenceIsTranslatedWordByWordWithTheVerbAtTheEnd() {
        Map<String, String> dictionary = new HashMap<>();
        for (SentencePair pair : SPLIT.train()) {
            String[] source = words(pair.source());
            String[] target = words(pair.target());
            assertThat(List.of(target[0], target[2], target[4])).containsExactly("la", "la", "sur");
            String[] translations = {target[1], target[6], target[3], target[4], target[5]};
            for (int i = 0; i < source.length; i++) {
                String known = dictionary.putIfAbsent(source[i], translations[i]);
                assertThat(translations[i]).isEqualTo(known == null ? translations[i] : known);
            }
            assertThat(pair.target().endsWith("?")).isEqualTo(pair.source().endsWith("?"));
        }
        assertThat(dictionary).hasSize(61);
        assertThat(dictionary.values()).doesNotHaveDuplicates();
    }

    @Test
    void theyAreLabelledSyntheticAndAFunctionOfTheSeed() {
        assertThat(SyntheticPairs.split(3_000, 400, 400, 5)).isEqualTo(SPLIT);
        assertThat(SyntheticPairs.split(3_000, 400, 400, 6).test()).isNotEqualTo(SPLIT.test());
        assertThat(SPLIT.provenance().synthetic()).isTrue();
        assertThat(SPLIT.provenance().name())
                .isEqualTo(
                        "synthetic sentence pairs, 3000 training pairs, 400 validation, 400 test");
        assertThat(SPLIT.provenance().source()).contains("seed 5", "not real data");
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        for (int[] sizes : new int[][] {{0, 1, 1}, {-1, 1, 1}, {1, -1, 1}, {1, 1, 10_001}}) {
            assertThatThrownBy(() -> SyntheticPairs.split(sizes[0], sizes[1], sizes[2], 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("generated pairs must be 1 to 10000")
                    .hasMessageEndingWith(
                            String.format(
                                    Locale.ROOT, "%d, %d and %d", sizes[0], sizes[1], sizes[2]));
        }
    }

    private static String[] words(String sentence) {
        return Arrays.stream(sentence.split("[ .?]+")).toArray(String[]::new);
    }
}
