package org.bdia.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D, which the caption and E2E evaluations report as CIDEr: 10 · mean over n = 1 … 4, references and segments of the
 * clipped cosine of TF-IDF vectors of n-grams, times exp(−(difference in length)² / 72). The inverse document frequencies
 * are those of the corpus's references. Lower case, punctuation left out, no stemming; the tokeniser is 13a in place of
 * the Penn Treebank's, which may move scores a little.
 *
 * @param score 0 to 10, where no n-gram is in every segment
 * @see <a href="https://arxiv.org/abs/1411.5726">Vedantam, Zitnick, Parikh, 2015</a>
 */
public record Cider(double score) {

    private static final int ORDER = 4;
    private static final double TWO_SIGMA_SQUARED = 72;

    /** The TF-IDF vectors of a text, one per order. */
    private record Vectors(List<Map<List<String>, Double>> weights, int length) {}

    /**
     * Scores a corpus; with a single segment every n-gram is in every segment, and the score is 0.
     *
     * @param hypotheses one per segment; an empty one is allowed
     * @param references one or more per segment
     * @throws IllegalArgumentException if there is no segment, the numbers differ, or a segment has no reference
     */
    public static Cider corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.require(hypotheses, references);
        Map<List<String>, Integer> documents = new HashMap<>();
        for (List<String> segment : references) {
            Set<List<String>> present = new HashSet<>();
            for (String reference : segment) {
                for (int n = 1; n <= ORDER; n++) {
                    present.addAll(Ngrams.of(Words.of(reference), n).keySet());
                }
            }
            present.forEach(ngram -> documents.merge(ngram, 1, Integer::sum));
        }
        double logSegments = Math.log(references.size());
        double sum = 0;
        for (int i = 0; i < hypotheses.size(); i++) {
            Vectors hypothesis = vectors(hypotheses.get(i), documents, logSegments);
            double similarity = 0;
            for (String reference : references.get(i)) {
                similarity += similarity(hypothesis, vectors(reference, documents, logSegments));
            }
            sum += similarity / references.get(i).size();
        }
        return new Cider(10 * sum / hypotheses.size());
    }

    private static Vectors vectors(
            String text, Map<List<String>, Integer> documents, double logSegments) {
        List<String> words = Words.of(text);
        List<Map<List<String>, Double>> weights = new ArrayList<>();
        for (int n = 1; n <= ORDER; n++) {
            Map<List<String>, Double> vector = new HashMap<>();
            Ngrams.of(words, n)
                    .forEach(
                            (ngram, count) -> {
                                int in = Math.max(1, documents.getOrDefault(ngram, 0));
                                vector.put(ngram, count * (logSegments - Math.log(in)));
                            });
            weights.add(vector);
        }
        return new Vectors(weights, words.size());
    }

    private static double similarity(Vectors hypothesis, Vectors reference) {
        double difference = hypothesis.length - reference.length;
        double sum = 0;
        for (int n = 0; n < ORDER; n++) {
            Map<List<String>, Double> expected = reference.weights.get(n);
            double product = 0;
            for (Map.Entry<List<String>, Double> ngram : hypothesis.weights.get(n).entrySet()) {
                double weight = expected.getOrDefault(ngram.getKey(), 0.0);
                product += Math.min(ngram.getValue(), weight) * weight;
            }
            double norms = norm(hypothesis.weights.get(n)) * norm(expected);
            sum += norms == 0 ? 0 : product / norms;
        }
        return sum / ORDER * Math.exp(-difference * difference / TWO_SIGMA_SQUARED);
    }

    private static double norm(Map<List<String>, Double> vector) {
        return Math.sqrt(vector.values().stream().mapToDouble(w -> w * w).sum());
    }
}
