package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChrfTest {
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void identityScores100(int wordOrder) {
        Corpora corpus = Corpora.random(1, 10).perfect();
        assertThat(Chrf.corpus(corpus.hypotheses(), corpus.references(), wordOrder).score())
                .isCloseTo(100, within(1e-9));
    }

    @Test
    void isTheFMeasureOfMeanPrecisionAndRecall() {
        // Unigrams 2/3 and 2/4, bigrams 1/2 and 1/3, trigrams 0/1 and 0/2; the rest one side lacks.
        double precision = (2 / 3.0 + 1 / 2.0 + 0) / 3;
        double recall = (2 / 4.0 + 1 / 3.0 + 0) / 3;
        assertThat(chrf(0, "abx", "abcd"))
                .isCloseTo(100 * 5 * precision * recall / (4 * precision + recall), within(1e-9));
    }

    @Test
    void wordsJoinTheMeanInChrfPlusPlus() {
        // Characters a, b, ab, then the words a, b and "a b", against a, b, c.
        double characters = (2 / 3.0 + 1 / 2.0 + 0) / 3;
        assertThat(chrf(0, "a b", "a b c"))
                .isCloseTo(f((1 + 1) / 2.0, (2 / 3.0 + 1 / 2.0) / 2), within(1e-9));
        assertThat(chrf(1, "a b x", "a b c"))
                .isCloseTo(f((3 * characters + 2 / 3.0) / 4), within(1e-9));
        assertThat(chrf(2, "a b x", "a b c"))
                .isCloseTo(f((3 * characters + 2 / 3.0 + 1 / 2.0) / 5), within(1e-9));
    }

    @Test
    void recallWeighsMoreThanPrecision() {
        assertThat(chrf(0, "abcdefgh", "abcdefghijklmnop"))
                .isLessThan(chrf(0, "abcdefghijklmnop", "abcdefgh"));
    }

    @Test
    void punctuationStandsAlonePerWordAtItsEndElseAtItsStart() {
        double whole = chrf(2, "(hi) there, you", "(hi) there, you");
        assertThat(whole).isEqualTo(100);
        assertThat(chrf(1, "hi )", "hi)")).isEqualTo(100);
        assertThat(chrf(1, "( hi", "(hi")).isEqualTo(100);
        assertThat(chrf(1, "(hi )", "(hi)")).isLessThan(100);
        assertThat(chrf(1, "( hi)", "(hi)")).isLessThan(100);
    }

    @Test
    void whiteSpaceDoesNotCountButCaseDoes() {
        assertThat(chrf(0, "a b\u00a0c d", "abcd")).isEqualTo(100);
        assertThat(chrf(0, "ABCD", "abcd")).isZero();
    }

    @Test
    void charactersAreCodePoints() {
        // U+1F600 and U+1F601 share their first UTF-16 unit, which is no character.
        assertThat(chrf(0, "\uD83D\uDE00", "\uD83D\uDE01")).isZero();
        assertThat(chrf(0, "\uD83D\uDE00", "\uD83D\uDE00")).isEqualTo(100);
    }

    @Test
    void theBestReferenceCountsAlone() {
        Corpora corpus = Corpora.random(2, 1).withReference("the cat sat on a mat");
        String hypothesis = corpus.hypotheses().get(0);
        double best = 0;
        for (String reference : corpus.references().get(0)) {
            best = Math.max(best, chrf(0, hypothesis, reference));
        }
        assertThat(Chrf.corpus(corpus.hypotheses(), corpus.references()).score()).isEqualTo(best);
    }

    @Test
    void countsAddUpOverTheCorpusAndScoresDoNot() {
        List<String> hypotheses = List.of("abcdefgh", "x");
        List<List<String>> references = List.of(List.of("abcdefgh"), List.of("y"));
        // Order 1: 8 of 9 match; the other orders have the first segment alone.
        double mean = (8 / 9.0 + 5) / 6;
        assertThat(Chrf.corpus(hypotheses, references).score()).isCloseTo(100 * mean, within(1e-9));
    }

    @Test
    void segmentsMayComeInAnyOrder() {
        Corpora corpus = Corpora.random(3, 15);
        Corpora reversed = corpus.reversed();
        Chrf chrf = Chrf.corpus(corpus.hypotheses(), corpus.references(), 2);
        assertThat(Chrf.corpus(reversed.hypotheses(), reversed.references(), 2)).isEqualTo(chrf);
        assertThat(chrf.score()).isStrictlyBetween(0.0, 100.0);
    }

    @Test
    void textNamesTheVariant() {
        assertThat(new Chrf(58.14, 0).text()).isEqualTo("chrF2 = 58.1");
        assertThat(new Chrf(55.66, 2).text()).isEqualTo("chrF2++ = 55.7");
    }

    @Test
    void refusesOtherWordOrders() {
        for (int order : new int[] {-1, 3}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Chrf.corpus(List.of("a"), List.of(List.of("a")), order))
                    .withMessageContaining("found " + order);
        }
    }

    private static double chrf(int wordOrder, String hypothesis, String... references) {
        return Chrf.corpus(List.of(hypothesis), List.of(List.of(references)), wordOrder).score();
    }

    private static double f(double precision, double recall) {
        return 100 * 5 * precision * recall / (4 * precision + recall);
    }

    private static double f(double both) {
        return f(both, both);
    }
}
