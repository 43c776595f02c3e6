package org.bdia.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * CIDEr-D, the clipped, length-penalised form, as coco-caption and so the E2E challenge compute it.
 *
 * <p>A text is, for each n = 1 … 4, the vector of its n-grams' weights g = (count in the text) · ln(N / df): N
 * segments, df of them with the n-gram in a reference (1 if none has). A segment's score is 10 times the mean, over
 * n and over its references r, of Σ min(g, gᵣ) gᵣ / (‖g‖ ‖gᵣ‖) · exp(−(l − lᵣ)² / (2 · 6²)), with lengths l in
 * tokens; the score is the mean over segments. An n-gram that every segment's references have weighs nothing, so a
 * corpus of a single segment scores 0.
 *
 * <p>Text is lower-cased, split into words without punctuation. The published pipeline uses Stanford's PTB tokeniser
 * there; ours is simpler, so scores may differ a little from published ones. Words are not stemmed, as in the
 * published pipeline and unlike the paper.
 *
 * @param score the mean of the segments' scores, 0 … 10
 * @param segments each segment's score, 0 … 10
 * @see <a href="https://arxiv.org/abs/1411.5726">Vedantam et al., 2015</a>
 */
record Cider(double score, List<Double> segments) {
    private static final int ORDER = 4;
    private static final double SIGMA = 6;
    private static final double SCALE = 10;

    /** Keeps a copy of the segments' scores. */
    Cider {
        segments = List.copyOf(segments);
    }

    /** The weights of one text's n-grams of one order. */
    private record Vector(Map<String, Double> weights, double norm) {}

    /** Scores a corpus, see {@link TextScore#corpus}; the references of all its segments weigh the n-grams. */
    static Cider corpus(List<String> hypotheses, List<List<String>> references) {
        var segments = Segment.corpus(hypotheses, references, CaptionTokenizer::tokenize);
        double[] sums = new double[segments.size()];
        for (int n = 1; n <= ORDER; n++) {
            Map<String, Integer> frequencies = documentFrequencies(segments, n);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += similarity(segments.get(i), n, frequencies, segments.size());
            }
        }
        List<Double> scores = new ArrayList<>();
        double total = 0;
        for (double sum : sums) {
            double score = SCALE * sum / ORDER;
            scores.add(score);
            total += score;
        }
        return new Cider(total / sums.length, scores);
    }

    /** Returns in how many segments' references each n-gram occurs. */
    private static Map<String, Integer> documentFrequencies(
            List<Segment<List<String>>> segments, int n) {
        Map<String, Integer> frequencies = new HashMap<>();
        for (Segment<List<String>> segment : segments) {
            Set<String> present = new HashSet<>();
            for (List<String> reference : segment.references()) {
                present.addAll(NGrams.count(reference, n).keySet());
            }
            for (String gram : present) {
                frequencies.merge(gram, 1, Integer::sum);
            }
        }
        return frequencies;
    }

    /** Returns the mean over the references of the clipped cosine times the length penalty, for one order. */
    private static double similarity(
            Segment<List<String>> segment, int n, Map<String, Integer> frequencies, int documents) {
        Vector hypothesis = vector(segment.hypothesis(), n, frequencies, documents);
        double sum = 0;
        for (List<String> reference : segment.references()) {
            double distance = segment.hypothesis().size() - reference.size();
            double penalty = Math.exp(-distance * distance / (2 * SIGMA * SIGMA));
            sum += penalty * cosine(hypothesis, vector(reference, n, frequencies, documents));
        }
        return sum / segment.references().size();
    }

    private static double cosine(Vector hypothesis, Vector reference) {
        if (hypothesis.norm() == 0 || reference.norm() == 0) {
            return 0;
        }
        double product = 0;
        for (var entry : hypothesis.weights().entrySet()) {
            double weight = reference.weights().getOrDefault(entry.getKey(), 0.0);
            product += Math.min(entry.getValue(), weight) * weight;
        }
        return product / (hypothesis.norm() * reference.norm());
    }

    private static Vector vector(
            List<String> tokens, int n, Map<String, Integer> frequencies, int documents) {
        Map<String, Double> weights = new LinkedHashMap<>();
        double squares = 0;
        for (var entry : NGrams.count(tokens, n).entrySet()) {
            int frequency = frequencies.getOrDefault(entry.getKey(), 1);
            double weight = entry.getValue() * Math.log((double) documents / frequency);
            weights.put(entry.getKey(), weight);
            squares += weight * weight;
        }
        return new Vector(weights, Math.sqrt(squares));
    }
}
