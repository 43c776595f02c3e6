package org.bdia.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Corpus BLEU as sacreBLEU defines it: brevity penalty · exp(mean of log p<sub>n</sub>, n = 1 … 4), p<sub>n</sub> the
 * clipped n-gram precisions; 13a tokeniser, case kept, exponential smoothing of precisions that are 0.
 *
 * @param score 0 to 100
 * @param precisions p<sub>1</sub> … p<sub>4</sub> in percent, smoothed
 * @param brevityPenalty 1, or exp(1 − r/c) where the hypotheses are shorter
 * @param hypothesisLength c, tokens
 * @param referenceLength r, tokens of the reference that is nearest in length, the shorter of two
 * @see <a href="https://aclanthology.org/P02-1040">Papineni et al., 2002</a>
 * @see <a href="https://aclanthology.org/W18-6319">Post, 2018</a>
 */
public record Bleu(
        double score,
        List<Double> precisions,
        double brevityPenalty,
        long hypothesisLength,
        long referenceLength) {

    private static final int ORDER = 4;

    /** Copies the precisions. */
    public Bleu {
        precisions = List.copyOf(precisions);
    }

    /**
     * Scores a corpus.
     *
     * @param hypotheses one per segment; an empty one is allowed
     * @param references one or more per segment
     * @throws IllegalArgumentException if there is no segment, the numbers differ, or a segment has no reference
     */
    public static Bleu corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.require(hypotheses, references);
        long[] correct = new long[ORDER];
        long[] total = new long[ORDER];
        long hypothesisLength = 0;
        long referenceLength = 0;
        for (int i = 0; i < hypotheses.size(); i++) {
            List<String> hypothesis = Tokenizer13a.tokens(hypotheses.get(i));
            List<List<String>> texts =
                    references.get(i).stream().map(Tokenizer13a::tokens).toList();
            hypothesisLength += hypothesis.size();
            referenceLength += nearest(hypothesis.size(), texts);
            for (int n = 1; n <= ORDER; n++) {
                Map<List<String>, Integer> most = Ngrams.most(texts, n);
                for (Map.Entry<List<String>, Integer> ngram : Ngrams.of(hypothesis, n).entrySet()) {
                    total[n - 1] += ngram.getValue();
                    correct[n - 1] +=
                            Math.min(ngram.getValue(), most.getOrDefault(ngram.getKey(), 0));
                }
            }
        }
        return of(correct, total, hypothesisLength, referenceLength);
    }

    private static long nearest(int length, List<List<String>> texts) {
        int best = texts.get(0).size();
        for (List<String> text : texts) {
            int nearer = Integer.compare(Math.abs(text.size() - length), Math.abs(best - length));
            if (nearer < 0 || (nearer == 0 && text.size() < best)) {
                best = text.size();
            }
        }
        return best;
    }

    private static Bleu of(
            long[] correct, long[] total, long hypothesisLength, long referenceLength) {
        List<Double> precisions = new ArrayList<>();
        double smoothing = 1;
        double logs = 0;
        for (int n = 0; n < ORDER; n++) {
            double precision = 0;
            if (total[n] > 0 && correct[0] > 0) {
                if (correct[n] == 0) {
                    smoothing *= 2;
                }
                precision = 100.0 * (correct[n] == 0 ? 1 / smoothing : correct[n]) / total[n];
            }
            precisions.add(precision);
            logs += Math.log(precision);
        }
        double penalty =
                hypothesisLength == 0
                        ? 0
                        : Math.min(1, Math.exp(1 - (double) referenceLength / hypothesisLength));
        double score = hypothesisLength == 0 ? 0 : penalty * Math.exp(logs / ORDER);
        return new Bleu(score, precisions, penalty, hypothesisLength, referenceLength);
    }

    /** For example {@code BLEU = 26.13 57.1/31.2/20.0/13.4 (BP = 0.981, 950/968 tokens)}. */
    public String text() {
        return String.format(
                Locale.ROOT,
                "BLEU = %.2f %.1f/%.1f/%.1f/%.1f (BP = %.3f, %d/%d tokens)",
                score,
                precisions.get(0),
                precisions.get(1),
                precisions.get(2),
                precisions.get(3),
                brevityPenalty,
                hypothesisLength,
                referenceLength);
    }
}
