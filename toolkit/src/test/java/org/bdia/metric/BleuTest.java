package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;

class BleuTest {
    // The examples of Papineni et al., 2002, lower-cased.
    private static final List<String> GUIDES =
            List.of(
                    "it is a guide to action that ensures that the military will forever heed party"
                            + " commands",
                    "it is the guiding principle which guarantees the military forces always being"
                            + " under the command of the party",
                    "it is the practical guide for the army always to heed the directions of the"
                            + " party");

    @Test
    void identityScores100() {
        Corpora corpus = Corpora.random(1, 10).perfect();
        Bleu bleu = Bleu.corpus(corpus.hypotheses(), corpus.references());
        assertThat(bleu.score()).isCloseTo(100, within(1e-9));
        assertThat(bleu.precisions()).containsOnly(100.0);
        assertThat(bleu.brevityPenalty()).isEqualTo(1);
    }

    @Test
    void countsAreClipped() {
        Bleu bleu =
                bleu(
                        "the the the the the the the",
                        "the cat is on the mat",
                        "there is a cat on the mat");
        assertThat(bleu.precisions().get(0)).isEqualTo(100 * 2 / 7.0);
    }

    @Test
    void precisionsOfThePapersExamples() {
        Bleu first =
                bleu(
                        "it is a guide to action which ensures that the military always obeys the"
                                + " commands of the party",
                        GUIDES.toArray(String[]::new));
        assertThat(first.precisions().get(0)).isEqualTo(100 * 17 / 18.0);
        assertThat(first.precisions().get(1)).isEqualTo(100 * 10 / 17.0);
        assertThat(first.hypothesisLength()).isEqualTo(18);
        assertThat(first.referenceLength()).isEqualTo(18);
        Bleu second =
                bleu(
                        "it is to insure the troops forever hearing the activity guidebook that"
                                + " party direct",
                        GUIDES.toArray(String[]::new));
        assertThat(second.precisions().get(0)).isEqualTo(100 * 8 / 14.0);
        assertThat(second.precisions().get(1)).isEqualTo(100 * 1 / 13.0);
    }

    @Test
    void theClosestReferenceCountsAndTheShorterOnTies() {
        String five = "a b c d e";
        assertThat(bleu(five, "a b", "a b c d e f g", "a b c d e f g h").referenceLength())
                .isEqualTo(7);
        assertThat(bleu(five, "a b c d e f g", "a b c").referenceLength()).isEqualTo(3);
        assertThat(bleu(five, "a b c", "a b c d e f g").referenceLength()).isEqualTo(3);
    }

    @Test
    void brevityIsPunishedOverTheWholeCorpusAndLengthIsNot() {
        Bleu brief = bleu("a b c d", "a b c d e f");
        assertThat(brief.precisions()).containsOnly(100.0);
        assertThat(brief.score()).isCloseTo(100 * Math.exp(1 - 6 / 4.0), within(1e-9));
        assertThat(bleu("a b c d e f", "a b c d").brevityPenalty()).isEqualTo(1);
        Bleu both =
                Bleu.corpus(
                        List.of("a b c d", "e f g h i j"),
                        List.of(List.of("a b c d x y"), List.of("e f g h")));
        assertThat(both.brevityPenalty()).isEqualTo(1);
    }

    @Test
    void ordersWithoutAMatchHalveEachTime() {
        Bleu bleu = bleu("a x b y c", "a b c p q");
        assertThat(bleu.precisions())
                .containsExactly(100 * 3 / 5.0, 100 / (2 * 4.0), 100 / (4 * 3.0), 100 / (8 * 2.0));
        double product = 60 * 12.5 * (100 / 12.0) * 6.25;
        assertThat(bleu.score()).isCloseTo(Math.pow(product, 0.25), within(1e-9));
    }

    @Test
    void scores0WithoutAMatchOrWithoutAFourGram() {
        assertThat(bleu("a b c d e", "v w x y z").score()).isZero();
        assertThat(bleu("", "a b c d").score()).isZero();
        assertThat(bleu("", "a b c d").brevityPenalty()).isZero();
        assertThat(bleu("a b c", "a b c").score()).isZero();
    }

    @Test
    void segmentsMayComeInAnyOrder() {
        Corpora corpus = Corpora.random(2, 15);
        Corpora reversed = corpus.reversed();
        Bleu bleu = Bleu.corpus(corpus.hypotheses(), corpus.references());
        assertThat(Bleu.corpus(reversed.hypotheses(), reversed.references())).isEqualTo(bleu);
        assertThat(bleu.score()).isStrictlyBetween(0.0, 100.0);
    }

    @Test
    void anotherReferenceNeverLowersAPrecision() {
        Corpora corpus = Corpora.random(3, 15);
        Corpora more = corpus.withReference("the cat sat on a mat");
        List<Double> before = Bleu.corpus(corpus.hypotheses(), corpus.references()).precisions();
        List<Double> after = Bleu.corpus(more.hypotheses(), more.references()).precisions();
        for (int n = 0; n < 4; n++) {
            assertThat(after.get(n)).isGreaterThanOrEqualTo(before.get(n));
        }
        assertThat(after.get(0)).isGreaterThan(before.get(0));
    }

    @Test
    void caseAndPunctuationCount() {
        assertThat(bleu("The cat sat down", "the cat sat down").precisions().get(0)).isEqualTo(75);
        assertThat(bleu("the cat sat down.", "the cat sat down").precisions().get(0)).isEqualTo(80);
    }

    @Test
    void precisionsAreThoseOfANaiveCount() {
        Corpora corpus = Corpora.random(4, 12).withReference("the cat sat on a mat");
        Bleu bleu = Bleu.corpus(corpus.hypotheses(), corpus.references());
        for (int n = 1; n <= 4; n++) {
            int matches = 0;
            int total = 0;
            for (int i = 0; i < corpus.hypotheses().size(); i++) {
                List<List<String>> grams = grams(corpus.hypotheses().get(i), n);
                total += grams.size();
                for (List<String> gram : new HashSet<>(grams)) {
                    int most = 0;
                    for (String reference : corpus.references().get(i)) {
                        most = Math.max(most, Collections.frequency(grams(reference, n), gram));
                    }
                    matches += Math.min(most, Collections.frequency(grams, gram));
                }
            }
            assertThat(bleu.precisions().get(n - 1)).isEqualTo(100.0 * matches / total);
        }
    }

    private static Bleu bleu(String hypothesis, String... references) {
        return Bleu.corpus(List.of(hypothesis), List.of(List.of(references)));
    }

    private static List<List<String>> grams(String text, int n) {
        List<String> tokens = Tokenizer13a.tokenize(text);
        List<List<String>> grams = new ArrayList<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            grams.add(tokens.subList(i, i + n));
        }
        return grams;
    }
}
