package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class RougeLTest {
    @Test
    void identityScores1() {
        Corpora corpus = Corpora.random(1, 10).perfect();
        RougeL rouge = RougeL.corpus(corpus.hypotheses(), corpus.references());
        assertThat(rouge.score()).isCloseTo(1, within(1e-12));
        assertThat(rouge.segments()).hasSize(10);
    }

    @Test
    void linsExamplesPreferTheOrderOfWords() {
        String reference = "police killed the gunman";
        // LCS 3 of 4 and 2 of 4 words, on sides of equal length: F is LCS / 4 for every β.
        assertThat(rouge("police kill the gunman", reference)).isCloseTo(0.75, within(1e-12));
        assertThat(rouge("the gunman kill police", reference)).isCloseTo(0.5, within(1e-12));
    }

    @Test
    void recallWeighsMore() {
        assertThat(rouge("a b", "a b c d")).isCloseTo(f(1, 0.5), within(1e-12));
        assertThat(rouge("a b c d", "a b")).isCloseTo(f(0.5, 1), within(1e-12));
        assertThat(f(1, 0.5)).isLessThan(f(0.5, 1));
    }

    @Test
    void precisionAndRecallMayComeFromDifferentReferences() {
        assertThat(rouge("a b c d", "a b c x y z u v", "a b")).isCloseTo(f(0.75, 1), within(1e-12));
    }

    @Test
    void aSubsequenceNeedNotBeContiguous() {
        assertThat(rouge("a x b y c", "p a q b r c")).isCloseTo(f(3 / 5.0, 3 / 6.0), within(1e-12));
        assertThat(rouge("c b a", "a b c")).isCloseTo(1 / 3.0, within(1e-12));
    }

    @Test
    void caseAndPunctuationDoNotCount() {
        assertThat(rouge("The cat, sat!", "the cat sat.")).isCloseTo(1, within(1e-12));
    }

    @Test
    void isTheMeanOverSegments() {
        Corpora corpus = Corpora.random(2, 15);
        Corpora reversed = corpus.reversed();
        RougeL rouge = RougeL.corpus(corpus.hypotheses(), corpus.references());
        double mean = rouge.segments().stream().mapToDouble(s -> s).average().orElseThrow();
        assertThat(rouge.score()).isCloseTo(mean, within(1e-12)).isStrictlyBetween(0.0, 1.0);
        assertThat(RougeL.corpus(reversed.hypotheses(), reversed.references()).score())
                .isCloseTo(mean, within(1e-12));
    }

    @Test
    void anotherReferenceNeverLowersASegment() {
        Corpora corpus = Corpora.random(3, 15);
        Corpora more = corpus.withReference("the cat sat on a mat");
        List<Double> before = RougeL.corpus(corpus.hypotheses(), corpus.references()).segments();
        List<Double> after = RougeL.corpus(more.hypotheses(), more.references()).segments();
        for (int i = 0; i < before.size(); i++) {
            assertThat(after.get(i)).isGreaterThanOrEqualTo(before.get(i));
        }
    }

    @Test
    void nothingInCommonScores0() {
        assertThat(rouge("", "a b")).isZero();
        assertThat(rouge("x", "a b")).isZero();
        assertThat(rouge("a", "")).isZero();
    }

    private static double rouge(String hypothesis, String... references) {
        return RougeL.corpus(List.of(hypothesis), List.of(List.of(references))).score();
    }

    private static double f(double precision, double recall) {
        return 2.44 * precision * recall / (recall + 1.44 * precision);
    }
}
