package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ChrfTest {
    @Test
    void identityScores100() {
        Corpora corpus = Corpora.random(1, 10).perfect();
        assertThat(Chrf.corpus(corpus.hypotheses(), corpus.references()).score())
                .isCloseTo(100, within(1e-9));
    }

    @Test
    void isTheFMeasureOfMeanPrecisionAndRecall() {
        // Unigrams 2/3 and 2/4, bigrams 1/2 and 1/3, trigrams 0/1 and 0/2; the rest one side lacks.
        double precision = (2 / 3.0 + 1 / 2.0 + 0) / 3;
        double recall = (2 / 4.0 + 1 / 3.0 + 0) / 3;
        assertThat(chrf("abx", "abcd"))
                .isCloseTo(100 * 5 * precision * recall / (4 * precision + recall), within(1e-9));
    }

    @Test
    void recallWeighsMoreThanPrecision() {
        assertThat(chrf("abcdefgh", "abcdefghijklmnop"))
                .isLessThan(chrf("abcdefghijklmnop", "abcdefgh"));
    }

    @Test
    void whiteSpaceDoesNotCountButCaseDoes() {
        assertThat(chrf("a b\u00a0c d", "abcd")).isEqualTo(100);
        assertThat(chrf("ABCD", "abcd")).isZero();
    }

    @Test
    void charactersAreCodePoints() {
        // U+1F600 and U+1F601 share their first UTF-16 unit, which is no character.
        assertThat(chrf("\uD83D\uDE00", "\uD83D\uDE01")).isZero();
        assertThat(chrf("\uD83D\uDE00", "\uD83D\uDE00")).isEqualTo(100);
    }

    @Test
    void theBestReferenceCountsAlone() {
        Corpora corpus = Corpora.random(2, 1).withReference("the cat sat on a mat");
        String hypothesis = corpus.hypotheses().get(0);
        double best = 0;
        for (String reference : corpus.references().get(0)) {
            best = Math.max(best, chrf(hypothesis, reference));
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
        Chrf chrf = Chrf.corpus(corpus.hypotheses(), corpus.references());
        assertThat(Chrf.corpus(reversed.hypotheses(), reversed.references())).isEqualTo(chrf);
        assertThat(chrf.score()).isStrictlyBetween(0.0, 100.0);
    }

    private static double chrf(String hypothesis, String... references) {
        return Chrf.corpus(List.of(hypothesis), List.of(List.of(references))).score();
    }
}
