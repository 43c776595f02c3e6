package org.bdia.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Corpus chrF as sacreBLEU computes it by default: F₂ of character n-grams, n = 1 … 6, case-sensitive.
 *
 * <p>chrF = (1 + β²) P R / (β² P + R) with β = 2, where P and R are the means of the n-gram precisions and recalls
 * over those orders that both sides have. Each segment enters with the reference that gives it the best score; the
 * first on ties. White space is removed before characters (Unicode code points) are counted. chrF++ averages word
 * 1- and 2-grams in too: words are split at white space, and one punctuation mark at a word's end, else at its start,
 * is a token of its own.
 *
 * @param score chrF, 0 … 100
 * @param wordOrder the longest word n-gram: 0 is chrF, 2 is chrF++
 * @see <a href="https://aclanthology.org/W15-3049">Popović, 2015</a>
 * @see <a href="https://aclanthology.org/W17-4770">Popović, 2017</a>
 */
public record Chrf(double score, int wordOrder) {
    private static final int CHARACTER_ORDER = 6;
    private static final int BETA = 2;
    private static final String PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

    /**
     * Checks the word order.
     *
     * @throws IllegalArgumentException if the word order is none of 0, 1 and 2
     */
    public Chrf {
        checkWordOrder(wordOrder);
    }

    /**
     * Scores a corpus with chrF: characters alone.
     *
     * @param hypotheses one generated text per segment
     * @param references each segment's references, at least one, in the hypotheses' order
     * @throws IllegalArgumentException if there is no hypothesis, the two lists differ in length, or a
     *     hypothesis has no reference
     */
    public static Chrf corpus(List<String> hypotheses, List<List<String>> references) {
        return corpus(hypotheses, references, 0);
    }

    /**
     * Scores a corpus with chrF (word order 0), chrF+ (1) or chrF++ (2).
     *
     * @param hypotheses one generated text per segment
     * @param references each segment's references, at least one, in the hypotheses' order
     * @param wordOrder the longest word n-gram, 0 … 2
     * @throws IllegalArgumentException if the word order is none of 0, 1 and 2, there is no hypothesis, the
     *     two lists differ in length, or a hypothesis has no reference
     */
    public static Chrf corpus(
            List<String> hypotheses, List<List<String>> references, int wordOrder) {
        checkWordOrder(wordOrder);
        Counts sum = new Counts(CHARACTER_ORDER + wordOrder);
        for (var segment :
                Segment.corpus(hypotheses, references, text -> nGrams(text, wordOrder))) {
            sum.add(best(segment));
        }
        return new Chrf(sum.score(), wordOrder);
    }

    /** Returns the score in words, for example {@code chrF2 = 58.1} or {@code chrF2++ = 55.7}. */
    public String text() {
        return String.format(Locale.ROOT, "chrF%d%s = %.1f", BETA, "+".repeat(wordOrder), score);
    }

    private static void checkWordOrder(int wordOrder) {
        if (wordOrder < 0 || wordOrder > 2) {
            throw new IllegalArgumentException(
                    "chrF's word order is 0 (chrF), 1 (chrF+) or 2 (chrF++), found " + wordOrder);
        }
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

    /** Returns the counts of the text's n-grams, one map per order: characters first, then words. */
    private static List<Map<String, Integer>> nGrams(String text, int wordOrder) {
        List<Map<String, Integer>> orders = new ArrayList<>();
        List<String> words = Whitespace.split(text);
        List<String> characters =
                String.join("", words).codePoints().mapToObj(Character::toString).toList();
        for (int n = 1; n <= CHARACTER_ORDER; n++) {
            orders.add(NGrams.count(characters, n));
        }
        List<String> parts = words.stream().flatMap(word -> parts(word).stream()).toList();
        for (int n = 1; n <= wordOrder; n++) {
            orders.add(NGrams.count(parts, n));
        }
        return orders;
    }

    private static List<String> parts(String word) {
        int last = word.length() - 1;
        if (last > 0 && PUNCTUATION.indexOf(word.charAt(last)) >= 0) {
            return List.of(word.substring(0, last), word.substring(last));
        }
        if (last > 0 && PUNCTUATION.indexOf(word.charAt(0)) >= 0) {
            return List.of(word.substring(0, 1), word.substring(1));
        }
        return List.of(word);
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
