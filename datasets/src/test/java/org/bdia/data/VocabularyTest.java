package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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
    void theWholeOrderOfMergesIsThatOfCountingAnewEachTime() {
        Map<String, Integer> words = new HashMap<>();
        for (SentencePair pair : SyntheticPairs.split(40, 0, 0, 9).train()) {
            for (String word : List.of((pair.target() + " aaaa aaa").split(" "))) {
                words.merge(word, 1, Integer::sum);
            }
        }
        SubwordMerges merges = new SubwordMerges(words);
        Map<List<String>, Integer> parts = new HashMap<>();
        words.forEach((word, n) -> parts.put(List.of(word.split("")), n));
        for (SubwordMerges.Pair best = mostFrequent(parts);
                best != null;
                best = mostFrequent(parts)) {
            assertThat(merges.next()).isEqualTo(best);
            SubwordMerges.Pair pair = best;
            Map<List<String>, Integer> before = Map.copyOf(parts);
            parts.clear();
            before.forEach((word, n) -> parts.put(merge(word, pair), n));
        }
        assertThat(merges.next()).isNull();
    }

    /** By counting all: the first in lexical order of the most frequent pairs; null if none comes twice. */
    private static SubwordMerges.Pair mostFrequent(Map<List<String>, Integer> parts) {
        Map<SubwordMerges.Pair, Integer> counts = new TreeMap<>();
        parts.forEach(
                (word, n) -> {
                    for (int i = 0; i + 1 < word.size(); i++) {
                        counts.merge(
                                new SubwordMerges.Pair(word.get(i), word.get(i + 1)),
                                n,
                                Integer::sum);
                    }
                });
        SubwordMerges.Pair best = null;
        int most = 1;
        for (Map.Entry<SubwordMerges.Pair, Integer> count : counts.entrySet()) {
            if (count.getValue() > most) {
                most = count.getValue();
                best = count.getKey();
            }
        }
        return best;
    }

    private static List<String> merge(List<String> word, SubwordMerges.Pair pair) {
        List<String> merged = new ArrayList<>();
        int i = 0;
        while (i < word.size()) {
            boolean here =
                    i + 1 < word.size()
                            && pair.equals(new SubwordMerges.Pair(word.get(i), word.get(i + 1)));
            merged.add(here ? pair.joined() : word.get(i));
            i += here ? 2 : 1;
        }
        return merged;
    }

    @Test
    void sentencesInAnyOrderMakeTheSameVocabulary() {
        List<String> reversed = new ArrayList<>(SENTENCES);
        Collections.reverse(reversed);
        Vocabulary one = Vocabulary.bpe(SENTENCES, 60);
        Vocabulary other = Vocabulary.bpe(reversed, 60);
        assertThat(SENTENCES).allMatch(s -> Arrays.equals(one.encode(s), other.encode(s)));
    }

    @Test
    void aWordVocabularyKeepsTheMostFrequentWordsAndMarks() {
        List<String> sentences = List.of("a b b c.", "a b d.", "a b c !");
        Vocabulary all = Vocabulary.words(sentences, 100);
        // " b" 4 times, "a" 3, " c" and "." 2, " !" and " d" once
        Vocabulary four = Vocabulary.words(sentences, 8);

        assertThat(all.size()).isEqualTo(4 + 6);
        assertThat(sentences).allMatch(s -> all.decode(all.encode(s)).equals(s));
        assertThat(all.encode("a b c. d !")).containsExactly(5, 4, 6, 7, 9, 8);
        assertThat(four.size()).isEqualTo(8);
        assertThat(four.encode("a b d.")).containsExactly(5, 4, Vocabulary.UNKNOWN, 7);
        assertThat(four.decode(four.encode("e d b."))).isEqualTo("\u2047 \u2047 b.");
        assertThatThrownBy(() -> Vocabulary.words(sentences, 4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a vocabulary of 4 ids has no room for words");
    }

    @Test
    void impossibleRequestsAreRefused() {
        Vocabulary vocabulary = Vocabulary.bpe(SENTENCES, 60);
        assertThatThrownBy(() -> vocabulary.decode(new int[] {5, 600}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "token 1 is the id 600, but the vocabulary has ids 0 to "
                                + (vocabulary.size() - 1));
        assertThatThrownBy(() -> vocabulary.decode(new int[] {-1}))
                .hasMessageContaining("token 0 is the id -1");
        assertThatThrownBy(() -> Vocabulary.bpe(SENTENCES, 20))
                .hasMessageContaining("a vocabulary of 20 ids cannot hold the");
    }
}
