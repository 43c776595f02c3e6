package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VocabularyTest {

    private static final List<String> SENTENCES =
            List.of("Où est-elle allée ?", "Elle n'est pas là.", "3,5 % d'eau… 😀", "est est est");

    @Test
    void decodingIsTheInverseOfEncodingForEverySize() {
        for (int size = 40; size <= 120; size += 10) {
            Vocabulary vocabulary = Vocabulary.bpe(SENTENCES, size);
            assertThat(vocabulary.size()).isLessThanOrEqualTo(size);
            for (String sentence : SENTENCES) {
                int[] ids = vocabulary.encode(sentence);
                assertThat(vocabulary.decode(ids)).isEqualTo(sentence);
                assertThat(Arrays.stream(ids).boxed())
                        .allMatch(id -> id > Vocabulary.UNKNOWN && id < vocabulary.size());
            }
        }
    }

    @Test
    void theMostFrequentPairIsMergedFirst() {
        Map<String, Integer> words = new HashMap<>(Map.of("ab", 5, "abc", 3, "bc", 4));
        SubwordMerges merges = new SubwordMerges(words);

        assertThat(merges.next()).isEqualTo(new SubwordMerges.Pair("a", "b")); // 8 times; b, c 7
        assertThat(merges.next()).isEqualTo(new SubwordMerges.Pair("b", "c")); // 4 times
        assertThat(merges.next()).isEqualTo(new SubwordMerges.Pair("ab", "c")); // 3 times
        assertThat(merges.next()).isNull();
        assertThat(new SubwordMerges(Map.of("xy", 2, "pq", 2)).next())
                .as("of equals the first in lexical order")
                .isEqualTo(new SubwordMerges.Pair("p", "q"));
    }

    @Test
    void moreIdsMeanFewerTokens() {
        int characters = (int) String.join("", SENTENCES).codePoints().distinct().count();
        int few = Vocabulary.bpe(SENTENCES, characters + 4).encode("est est est").length;
        int many = Vocabulary.bpe(SENTENCES, 120).encode("est est est").length;

        assertThat(many).isLessThan(few);
    }

    @Test
    void charactersThatTrainingNeverSawAreUnknown() {
        Vocabulary vocabulary = Vocabulary.bpe(SENTENCES, 60);
        int[] ids = vocabulary.encode("est Ж");

        assertThat(ids[ids.length - 1]).isEqualTo(Vocabulary.UNKNOWN);
        assertThat(vocabulary.decode(ids)).isEqualTo("est \u2047");
        assertThat(
                        vocabulary.decode(
                                new int[] {
                                    Vocabulary.BEGIN, ids[0], Vocabulary.END, Vocabulary.PAD
                                }))
                .isEqualTo("est");
    }

    @Test
    void impossibleRequestsAreRefused() {
        Vocabulary vocabulary = Vocabulary.bpe(SENTENCES, 60);
        assertThatThrownBy(() -> vocabulary.decode(new int[] {5, 600}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "token 1 is the id 600, but the vocabulary has ids 0 to "
                                + (vocabulary.size() - 1));
        assertThatThrownBy(() -> Vocabulary.bpe(SENTENCES, 20))
                .hasMessageContaining("a vocabulary of 20 ids cannot hold the");
    }
}
