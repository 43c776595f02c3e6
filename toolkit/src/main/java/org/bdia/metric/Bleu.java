package org.bdia.metric;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Corpus BLEU as sacreBLEU computes it by default: BLEU = BP · (p₁ p₂ p₃ p₄)<sup>1/4</sup>, case-sensitive.
 *
 * <p>pₙ is the share of the hypotheses' n-grams found in a reference, each counted at most as often as in the one
 * reference that has it most. BP = min(1, exp(1 − r / h)): h tokens of hypotheses, r tokens of the references
 * closest in length, the shorter on ties. Orders without a match are smoothed exponentially: the k-th of them gets
 * pₙ = 100 / (2<sup>k</sup> · number of n-grams). Hypotheses too short to hold any 4-gram, or without any match,
 * score 0. Tokens are those of mteval-v13a.
 *
 * <p>mteval itself lower-cases, and so do scores published for the E2E challenge: lower-case both sides for those.
 *
 * @param score BLEU, 0 … 100
 * @param precisions p₁ … p₄ with smoothing, each 0 … 100
 * @param brevityPenalty BP, 0 … 1
 * @param hypothesisLength h, in tokens
 * @param referenceLength r, in tokens
 * @see <a href="https://aclanthology.org/P02-1040">Papineni et al., 2002</a>
 * @see <a href="https://aclanthology.org/W18-6319">Post, 2018</a>
 */
record Bleu(
        double score,
        List<Double> precisions,
        double brevityPenalty,
        long hypothesisLength,
        long referenceLength) {
    private static final int ORDER = 4;

    /** Keeps a copy of the precisions. */
    Bleu {
        precisions = List.copyOf(precisions);
    }

    /** Scores a corpus, see {@link TextScore#corpus}. */
    static Bleu corpus(List<String> hypotheses, List<List<String>> references) {
        long[] matches = new long[ORDER];
        long[] totals = new long[ORDER];
        long hypothesisLength = 0;
        long referenceLength = 0;
        for (Segment<List<String>> segment : Segment.corpus(hypotheses, references, Bleu::tokens)) {
            hypothesisLength += segment.hypothesis().size();
            referenceLength += closestReferenceLength(segment);
            for (int n = 1; n <= ORDER; n++) {
                Map<String, Integer> bound = NGrams.largestCount(segment.references(), n);
                matches[n - 1] += NGrams.overlap(NGrams.count(segment.hypothesis(), n), bound);
                totals[n - 1] += NGrams.total(segment.hypothesis(), n);
            }
        }
        List<Double> precisions = precisions(matches, totals);
        double penalty = brevityPenalty(hypothesisLength, referenceLength);
        double logarithms = 0;
        for (double precision : precisions) {
            logarithms += Math.log(precision);
        }
        double score = penalty * Math.exp(logarithms / ORDER);
        return new Bleu(score, precisions, penalty, hypothesisLength, referenceLength);
    }

    private static List<String> tokens(String text) {
        return Tokenizer13a.tokenize(text.stripTrailing());
    }

    private static int closestReferenceLength(Segment<List<String>> segment) {
        int length = segment.hypothesis().size();
        return segment.references().stream()
                .map(List::size)
                .min(
                        Comparator.<Integer>comparingInt(size -> Math.abs(size - length))
                                .thenComparingInt(size -> size))
                .orElseThrow();
    }

    private static List<Double> precisions(long[] matches, long[] totals) {
        List<Double> precisions = new ArrayList<>();
        // A match of a higher order contains one of order 1, so no unigram match means no match.
        boolean any = matches[0] > 0;
        double smoothing = 1;
        for (int n = 0; n < ORDER; n++) {
            if (!any || totals[n] == 0) {
                precisions.add(0.0);
            } else if (matches[n] == 0) {
                smoothing *= 2;
                precisions.add(100 / (smoothing * totals[n]));
            } else {
                precisions.add(100.0 * matches[n] / totals[n]);
            }
        }
        return precisions;
    }

    private static double brevityPenalty(long hypothesisLength, long referenceLength) {
        if (hypothesisLength >= referenceLength) {
            return 1;
        }
        return hypothesisLength == 0
                ? 0
                : Math.exp(1 - (double) referenceLength / hypothesisLength);
    }
}
