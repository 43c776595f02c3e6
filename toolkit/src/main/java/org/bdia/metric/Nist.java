package org.bdia.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * NIST as mteval-v13a defines it: Σ<sub>n=1…5</sub> (information of the matching n-grams / n-grams written), times a
 * brevity penalty. The information of w<sub>1</sub>…w<sub>n</sub> is log<sub>2</sub>(count of w<sub>1</sub>…w<sub>n−1</sub> /
 * count of w<sub>1</sub>…w<sub>n</sub>) in all references. 13a tokeniser, lower case.
 *
 * @param score 0 or more
 * @see <a href="https://doi.org/10.3115/1289189.1289273">Doddington, 2002</a>
 */
public record Nist(double score) {

    private static final int ORDER = 5;

    /** Makes the penalty ½ where the hypotheses have two thirds of the references' length. */
    private static final double BETA = Math.log(0.5) / Math.pow(Math.log(1.5), 2);

    /**
     * Scores a corpus.
     *
     * @param hypotheses one per segment; an empty one is allowed
     * @param references one or more per segment
     * @throws IllegalArgumentException if there is no segment, the numbers differ, or a segment has no reference
     */
    public static Nist corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.require(hypotheses, references);
        List<List<List<String>>> texts =
                references.stream().map(r -> r.stream().map(Nist::tokens).toList()).toList();
        Map<List<String>, Integer> counts = new HashMap<>();
        double referenceLength = 0;
        for (List<List<String>> segment : texts) {
            for (List<String> text : segment) {
                counts.merge(List.of(), text.size(), Integer::sum);
                for (int n = 1; n <= ORDER; n++) {
                    Ngrams.of(text, n).forEach((g, c) -> counts.merge(g, c, Integer::sum));
                }
                referenceLength += (double) text.size() / segment.size();
            }
        }
        double[] information = new double[ORDER];
        long[] written = new long[ORDER];
        for (int i = 0; i < texts.size(); i++) {
            List<String> hypothesis = tokens(hypotheses.get(i));
            for (int n = 1; n <= ORDER; n++) {
                written[n - 1] += Math.max(0, hypothesis.size() - n + 1);
                Map<List<String>, Integer> most = Ngrams.most(texts.get(i), n);
                for (Map.Entry<List<String>, Integer> ngram : Ngrams.of(hypothesis, n).entrySet()) {
                    int matches = Math.min(ngram.getValue(), most.getOrDefault(ngram.getKey(), 0));
                    if (matches > 0) {
                        information[n - 1] += matches * information(ngram.getKey(), counts);
                    }
                }
            }
        }
        double score = 0;
        for (int n = 0; n < ORDER; n++) {
            score += written[n] == 0 ? 0 : information[n] / written[n];
        }
        double ratio = referenceLength == 0 ? 1 : Math.min(1, written[0] / referenceLength);
        return new Nist(ratio == 0 ? 0 : score * Math.exp(BETA * Math.pow(Math.log(ratio), 2)));
    }

    private static double information(List<String> ngram, Map<List<String>, Integer> counts) {
        double shorter = counts.get(ngram.subList(0, ngram.size() - 1));
        return Math.log(shorter / counts.get(ngram)) / Math.log(2);
    }

    private static List<String> tokens(String text) {
        return Tokenizer13a.tokens(text.toLowerCase(Locale.ROOT));
    }
}
