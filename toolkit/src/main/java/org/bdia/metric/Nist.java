package org.bdia.metric;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The NIST score of order 5 as mteval-v13a computes it: Σₙ (information of matched n-grams / n-grams) · BP.
 *
 * <p>An n-gram w₁ … wₙ carries log₂(count(w₁ … wₙ₋₁) / count(w₁ … wₙ)) bits, counted over all references of the
 * corpus; the count of the empty n-gram is their number of words. Matches are clipped as in {@link Bleu}.
 * BP = exp(−β ln² min(1, h / r)) with β = ln 2 / ln² 1.5, so that it is one half at h / r = 2/3: h tokens of
 * hypotheses; r is the number of reference tokens over the mean number of references per segment.
 *
 * <p>Tokens are those of mteval-v13a, with A … Z lower-cased, its default. Where segments differ in their number of
 * references, r follows the script that the E2E challenge published.
 *
 * @param score the NIST score, at least 0; no fixed maximum, as it depends on the references' information
 * @param information matched bits per hypothesis n-gram, for n = 1 … 5
 * @param brevityPenalty BP, 0 … 1
 * @param hypothesisLength h, in tokens
 * @param referenceLength r, in tokens
 * @see <a href="https://dl.acm.org/doi/10.5555/1289189.1289273">Doddington, 2002</a>
 */
record Nist(
        double score,
        List<Double> information,
        double brevityPenalty,
        long hypothesisLength,
        double referenceLength) {
    private static final int ORDER = 5;
    private static final double BETA = Math.log(2) / (Math.log(1.5) * Math.log(1.5));

    /** Keeps a copy of the information. */
    Nist {
        information = List.copyOf(information);
    }

    /** Scores a corpus, see {@link TextScore#corpus}. */
    static Nist corpus(List<String> hypotheses, List<List<String>> references) {
        List<Segment<List<String>>> segments = Segment.corpus(hypotheses, references, Nist::tokens);
        long hypothesisLength = 0;
        long referenceTokens = 0;
        long referenceTexts = 0;
        for (Segment<List<String>> segment : segments) {
            hypothesisLength += segment.hypothesis().size();
            referenceTexts += segment.references().size();
            for (List<String> reference : segment.references()) {
                referenceTokens += reference.size();
            }
        }
        double referenceLength = (double) referenceTokens * segments.size() / referenceTexts;
        List<Double> information = information(segments, referenceTokens);
        double penalty = brevityPenalty(hypothesisLength, referenceLength);
        double sum = 0;
        for (double bits : information) {
            sum += bits;
        }
        return new Nist(sum * penalty, information, penalty, hypothesisLength, referenceLength);
    }

    /**
     * Returns the bits per hypothesis n-gram of each order: an n-gram's information follows from the count of its first n −
     * 1 tokens.
     */
    private static List<Double> information(
            List<Segment<List<String>>> segments, long referenceTokens) {
        List<Double> information = new ArrayList<>();
        Map<String, Integer> shorter = Map.of();
        for (int n = 1; n <= ORDER; n++) {
            Map<String, Integer> counts = new HashMap<>();
            for (Segment<List<String>> segment : segments) {
                for (List<String> reference : segment.references()) {
                    NGrams.count(reference, n)
                            .forEach((gram, count) -> counts.merge(gram, count, Integer::sum));
                }
            }
            double bits = 0;
            long total = 0;
            for (Segment<List<String>> segment : segments) {
                Map<String, Integer> bound = NGrams.largestCount(segment.references(), n);
                total += NGrams.total(segment.hypothesis(), n);
                for (var entry : NGrams.count(segment.hypothesis(), n).entrySet()) {
                    String gram = entry.getKey();
                    int matches = Math.min(entry.getValue(), bound.getOrDefault(gram, 0));
                    if (matches > 0) {
                        int space = gram.lastIndexOf(' ');
                        double context =
                                space < 0 ? referenceTokens : shorter.get(gram.substring(0, space));
                        bits += matches * Math.log(context / counts.get(gram)) / Math.log(2);
                    }
                }
            }
            information.add(bits / Math.max(total, 1));
            shorter = counts;
        }
        return information;
    }

    private static double brevityPenalty(long hypothesisLength, double referenceLength) {
        if (hypothesisLength >= referenceLength) {
            return 1;
        }
        if (hypothesisLength == 0) {
            return 0;
        }
        double logarithm = Math.log(hypothesisLength / referenceLength);
        return Math.exp(-BETA * logarithm * logarithm);
    }

    private static List<String> tokens(String text) {
        StringBuilder lower = new StringBuilder(text);
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                lower.setCharAt(i, (char) (c + ('a' - 'A')));
            }
        }
        return Tokenizer13a.tokenize(lower.toString());
    }
}
