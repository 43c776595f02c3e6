package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class CiderTest {
    private static final List<List<String>> TWO = List.of(List.of("a b c d"), List.of("a e f g h"));

    @Test
    void identityScores10() {
        Cider cider = Cider.corpus(List.of("a b c d", "a e f g h"), TWO);
        assertThat(cider.segments()).allSatisfy(s -> assertThat(s).isCloseTo(10, within(1e-9)));
        assertThat(cider.score()).isCloseTo(10, within(1e-9));
    }

    @Test
    void ordersThatATextLacksScore0() {
        Cider cider = Cider.corpus(List.of("a b", "e"), List.of(List.of("a b"), List.of("e")));
        assertThat(cider.segments().get(0)).isCloseTo(10 * 2 / 4.0, within(1e-9));
        assertThat(cider.segments().get(1)).isCloseTo(10 * 1 / 4.0, within(1e-9));
    }

    @Test
    void wordsOfEverySegmentWeighNothing() {
        assertThat(Cider.corpus(List.of("a", "a"), TWO).score()).isZero();
        assertThat(Cider.corpus(List.of("a b c"), List.of(List.of("a b c"))).score()).isZero();
    }

    @Test
    void isTheClippedCosineUnderALengthPenalty() {
        // Unigrams by hand, in units of ln 2: x is in no reference, so its count is 1 and weighs as
        // b.
        // Hypothesis "b b x": b 2, x 1. Reference "a b c d": b, c and d 1 each, a nothing.
        double cosine = Math.min(2, 1) * 1 / (Math.sqrt(5) * Math.sqrt(3));
        double penalty = Math.exp(-1 / 72.0);
        Cider cider = Cider.corpus(List.of("b b x", "a"), TWO);
        assertThat(cider.segments().get(0)).isCloseTo(10 * cosine * penalty / 4, within(1e-9));
        assertThat(cider.score()).isCloseTo(10 * cosine * penalty / 8, within(1e-9));
    }

    @Test
    void referencesAreAveraged() {
        List<String> hypotheses = List.of("b c d e", "p q r s");
        List<List<String>> references = List.of(List.of("b c d e", "x y z u"), List.of("p q r s"));
        assertThat(Cider.corpus(hypotheses, references).segments().get(0))
                .isCloseTo(5, within(1e-9));
    }

    @Test
    void rareWordsWeighMore() {
        List<List<String>> references =
                List.of(List.of("rare common"), List.of("common"), List.of("other"));
        double rare = Cider.corpus(List.of("rare", "x", "x"), references).score();
        double common = Cider.corpus(List.of("common", "x", "x"), references).score();
        // The hypothesis's one weight cancels: what is left is its share of the reference.
        double ratio = Math.log(3) / Math.log(3 / 2.0);
        assertThat(rare / common).isCloseTo(ratio, within(1e-9));
    }

    @Test
    void segmentsMayComeInAnyOrderInAnyCase() {
        Corpora corpus = Corpora.random(2, 15);
        Corpora reversed = corpus.reversed();
        double score = Cider.corpus(corpus.hypotheses(), corpus.references()).score();
        assertThat(Cider.corpus(reversed.hypotheses(), reversed.references()).score())
                .isCloseTo(score, within(1e-9));
        assertThat(
                        Cider.corpus(
                                        corpus.hypotheses().stream()
                                                .map(String::toUpperCase)
                                                .toList(),
                                        corpus.references())
                                .score())
                .isCloseTo(score, within(1e-9));
        assertThat(score).isStrictlyBetween(0.0, 10.0);
    }
}
