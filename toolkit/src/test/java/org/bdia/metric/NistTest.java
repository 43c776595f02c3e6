package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class NistTest {
    @Test
    void informationIsTheSurpriseOfTheLastWord() {
        // The references have 8 words: a 4 times, b twice, d once; "a b" twice.
        List<List<String>> references = List.of(List.of("a b a c"), List.of("a b a d"));
        Nist nist = Nist.corpus(List.of("a b", "x d"), references);
        double unigrams = log2(8 / 4.0) + log2(8 / 2.0) + log2(8 / 1.0);
        double bigrams = log2(4 / 2.0);
        assertThat(nist.information())
                .usingElementComparator((x, y) -> Math.abs(x - y) < 1e-12 ? 0 : 1)
                .containsExactly(unigrams / 4, bigrams / 2, 0.0, 0.0, 0.0);
        assertThat(nist.hypothesisLength()).isEqualTo(4);
        assertThat(nist.referenceLength()).isEqualTo(8);
        // Half the length: a half by β, to the power of ln² 2 / ln² 1.5.
        double penalty = Math.pow(0.5, Math.pow(Math.log(2) / Math.log(1.5), 2));
        assertThat(nist.brevityPenalty()).isCloseTo(penalty, within(1e-12));
        assertThat(nist.score()).isCloseTo(penalty * (unigrams / 4 + bigrams / 2), within(1e-12));
    }

    @Test
    void penaltyIsOneHalfAtTwoThirds() {
        assertThat(nist("a b c d", "a b c d e f").brevityPenalty()).isCloseTo(0.5, within(1e-12));
        assertThat(nist("a b c d e f", "a b c d").brevityPenalty()).isEqualTo(1);
        assertThat(nist("", "a").brevityPenalty()).isZero();
    }

    @Test
    void referenceLengthIsPerReferenceOfTheMeanSegment() {
        List<List<String>> references =
                List.of(List.of("a b c d", "a b"), List.of("a b c", "a b c"), List.of("a b c"));
        Nist nist = Nist.corpus(List.of("a", "a", "a"), references);
        assertThat(nist.referenceLength()).isCloseTo(15 / (5 / 3.0), within(1e-12));
    }

    @Test
    void matchesASlowCount() {
        Corpora corpus = Corpora.random(4, 12);
        Nist nist = Nist.corpus(corpus.hypotheses(), corpus.references());
        List<List<String>> pool =
                corpus.references().stream().flatMap(List::stream).map(NistTest::words).toList();
        for (int n = 1; n <= 5; n++) {
            double bits = 0;
            int total = 0;
            for (int i = 0; i < corpus.hypotheses().size(); i++) {
                List<List<String>> grams = grams(words(corpus.hypotheses().get(i)), n);
                total += grams.size();
                for (List<String> gram : new HashSet<>(grams)) {
                    int most = 0;
                    for (String reference : corpus.references().get(i)) {
                        most = Math.max(most, frequency(List.of(words(reference)), gram));
                    }
                    int matches = Math.min(most, Collections.frequency(grams, gram));
                    if (matches > 0) {
                        double context = frequency(pool, gram.subList(0, n - 1));
                        bits += matches * log2(context / frequency(pool, gram));
                    }
                }
            }
            assertThat(nist.information().get(n - 1)).isCloseTo(bits / total, within(1e-9));
        }
    }

    @Test
    void repeatingAWordEarnsNothing() {
        Nist once = Nist.corpus(List.of("a", "b"), List.of(List.of("a"), List.of("b")));
        Nist twice = Nist.corpus(List.of("a a", "b b"), List.of(List.of("a"), List.of("b")));
        assertThat(once.score()).isEqualTo(1);
        assertThat(twice.score()).isEqualTo(0.5);
    }

    @Test
    void asciiCaseDoesNotCount() {
        assertThat(nist("THE Cat sat", "the cat Sat one two").information())
                .isEqualTo(nist("the cat sat", "the cat sat one two").information());
        assertThat(nist("É", "é x").score()).isZero();
    }

    @Test
    void segmentsMayComeInAnyOrder() {
        Corpora corpus = Corpora.random(2, 15);
        Corpora reversed = corpus.reversed();
        double score = Nist.corpus(corpus.hypotheses(), corpus.references()).score();
        assertThat(Nist.corpus(reversed.hypotheses(), reversed.references()).score())
                .isCloseTo(score, within(1e-9));
        assertThat(score).isPositive();
    }

    private static Nist nist(String hypothesis, String... references) {
        return Nist.corpus(List.of(hypothesis), List.of(List.of(references)));
    }

    private static double log2(double x) {
        return Math.log(x) / Math.log(2);
    }

    private static List<String> words(String text) {
        return Tokenizer13a.tokenize(text.toLowerCase(Locale.ROOT));
    }

    /** How often the n-gram occurs in the texts; the empty one before every word. */
    private static int frequency(List<List<String>> texts, List<String> gram) {
        int frequency = 0;
        for (List<String> text : texts) {
            frequency +=
                    gram.isEmpty()
                            ? text.size()
                            : Collections.frequency(grams(text, gram.size()), gram);
        }
        return frequency;
    }

    private static List<List<String>> grams(List<String> tokens, int n) {
        List<List<String>> grams = new ArrayList<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            grams.add(tokens.subList(i, i + n));
        }
        return grams;
    }
}
