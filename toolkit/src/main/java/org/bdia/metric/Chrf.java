package org.bdia.metric;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Corpus chrF as sacreBLEU computes it by default: F₂ of character n-grams, n = 1 … 6, case-sensitive.
 *
 * <p>chrF = (1 + β²) P R / (β² P + R) with β = 2, where P and R are the means of the n-gram precisions and recalls
 * over those orders that both sides have. Each segment enters with the reference that gives it the best score; the
 * first on ties. White space is removed before characters (Unicode code points) are counted.
 *
 * @param score chrF, 0 … 100
 * @see <a href="https://aclanthology.org/W15-3049">Popović, 2015</a>
 */
record Chrf(double score) {
    private static final int CHARACTER_ORDER = 6;
    private static final int BETA = 2;

    /** Scores a corpus, see {@link TextScore#corpus}. */
    static Chrf corpus(List<String> hypotheses, List<List<String>> references) {
        Counts sum = new Counts(CHARACTER_ORDER);
        for (var segment : Segment.corpus(hypotheses, references, Chrf::nGrams)) {
            sum.add(best(segment));
        }
        return new Chrf(sum.score());
    }

    private static Counts best(Segment<List<Map<String, Integer>>> segment) {
        Counts best = null;
        for (List<Map<String, Integer>> reference : segment.references()) {
            Counts counts = Counts.of(segment.hypothesis(), reference);
            if (best == null || counts.score() > best.score()) {
                best = counts;
            }
        }
        return best;
    }

    /** Returns the counts of the text's character n-grams, one map per order. */
    private static List<Map<String, Integer>> nGrams(String text) {
        List<String> characters =
                String.join("", Whitespace.split(text))
                        .codePoints()
                        .mapToObj(Character::toString)
                        .toList();
        return IntStream.rangeClosed(1, CHARACTER_ORDER)
                .mapToObj(n -> NGrams.count(characters, n))
                .toList();
    }

    /** Per order, how many n-grams the hypothesis has, the reference has, and both have. */
    private static final class Counts {
        private final long[] hypothesis;
        private final long[] reference;
        private final long[] matches;

        Counts(int orders) {
            hypothesis = new long[orders];
            reference = new long[orders];
            matches = new long[orders];
        }

        static Counts of(
                List<Map<String, Integer>> hypothesis, List<Map<String, Integer>> reference) {
            Counts counts = new Counts(hypothesis.size());
            for (int i = 0; i < hypothesis.size(); i++) {
                counts.reference[i] = total(reference.get(i));
                // A reference too short for this order does not measure the hypothesis's
                // precision.
                counts.hypothesis[i] = reference.get(i).isEmpty() ? 0 : total(hypothesis.get(i));
                counts.matches[i] = NGrams.overlap(hypothesis.get(i), reference.get(i));
            }
            return counts;
        }

        void add(Counts other) {
            for (int i = 0; i < matches.length; i++) {
                hypothesis[i] += other.hypothesis[i];
                reference[i] += other.reference[i];
                matches[i] += other.matches[i];
            }
        }

        double score() {
            double precision = 0;
            double recall = 0;
            int orders = 0;
            for (int i = 0; i < matches.length; i++) {
                if (hypothesis[i] > 0 && reference[i] > 0) {
                    precision += (double) matches[i] / hypothesis[i];
                    recall += (double) matches[i] / reference[i];
                    orders++;
                }
            }
            if (precision == 0) {
                return 0;
            }
            precision /= orders;
            recall /= orders;
            int weight = BETA * BETA;
            return 100 * (1 + weight) * precision * recall / (weight * precision + recall);
        }

        private static long total(Map<String, Integer> counts) {
            return counts.values().stream().mapToLong(Integer::longValue).sum();
        }
    }
}
