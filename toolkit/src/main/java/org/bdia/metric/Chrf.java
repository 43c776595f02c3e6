package org.bdia.metric;

import java.util.List;
import java.util.Map;

/**
 * Corpus chrF as sacreBLEU defines it: F<sub>2</sub> of the mean precision and recall of character n-grams, n = 1 … 6,
 * white space left out, case kept. Of several references a segment takes the one that suits it best.
 *
 * @param score 0 to 100
 * @see <a href="https://aclanthology.org/W15-3049">Popović, 2015</a>
 */
public record Chrf(double score) {

    private static final int ORDER = 6;
    private static final double BETA_SQUARED = 4;

    /** Matches, n-grams of the hypothesis and of the reference, per order. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Counts(long[] matches, long[] written, long[] expected) {

        Counts() {
            this(new long[ORDER], new long[ORDER], new long[ORDER]);
        }

        void add(Counts other) {
            for (int n = 0; n < ORDER; n++) {
                matches[n] += other.matches[n];
                written[n] += other.written[n];
                expected[n] += other.expected[n];
            }
        }

        double score() {
            double precision = 0;
            double recall = 0;
            int orders = 0;
            for (int n = 0; n < ORDER; n++) {
                if (written[n] > 0 && expected[n] > 0) {
                    precision += (double) matches[n] / written[n];
                    recall += (double) matches[n] / expected[n];
                    orders++;
                }
            }
            if (precision + recall == 0) {
                return 0;
            }
            precision /= orders;
            recall /= orders;
            return 100
                    * (1 + BETA_SQUARED)
                    * precision
                    * recall
                    / (BETA_SQUARED * precision + recall);
        }
    }

    /**
     * Scores a corpus.
     *
     * @param hypotheses one per segment; an empty one is allowed
     * @param references one or more per segment
     * @throws IllegalArgumentException if there is no segment, the numbers differ, or a segment has no reference
     */
    public static Chrf corpus(List<String> hypotheses, List<List<String>> references) {
        Segments.require(hypotheses, references);
        Counts all = new Counts();
        for (int i = 0; i < hypotheses.size(); i++) {
            List<String> hypothesis = characters(hypotheses.get(i));
            Counts best = null;
            for (String reference : references.get(i)) {
                Counts counts = counts(hypothesis, characters(reference));
                if (best == null || counts.score() > best.score()) {
                    best = counts;
                }
            }
            all.add(best);
        }
        return new Chrf(all.score());
    }

    private static List<String> characters(String text) {
        return text.replaceAll("\\s+", "").codePoints().mapToObj(Character::toString).toList();
    }

    private static Counts counts(List<String> hypothesis, List<String> reference) {
        Counts counts = new Counts();
        for (int n = 1; n <= ORDER; n++) {
            Map<List<String>, Integer> expected = Ngrams.of(reference, n);
            for (Map.Entry<List<String>, Integer> ngram : Ngrams.of(hypothesis, n).entrySet()) {
                counts.matches[n - 1] +=
                        Math.min(ngram.getValue(), expected.getOrDefault(ngram.getKey(), 0));
            }
            counts.written[n - 1] = Math.max(0, hypothesis.size() - n + 1);
            counts.expected[n - 1] = Math.max(0, reference.size() - n + 1);
        }
        return counts;
    }
}
