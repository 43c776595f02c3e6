package org.bdia.metric;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Counts of n-grams: n neighbouring tokens joined by a space, which no token contains. */
final class NGrams {
    private NGrams() {}

    /** Returns how often each n-gram occurs, in the order of first occurrence. */
    static Map<String, Integer> count(List<String> tokens, int n) {
        // Insertion order, so that floating-point sums over n-grams run in the text's order.
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (int i = 0; i + n <= tokens.size(); i++) {
            counts.merge(String.join(" ", tokens.subList(i, i + n)), 1, Integer::sum);
        }
        return counts;
    }

    /** Returns the largest count of each n-gram in any one text. */
    static Map<String, Integer> largestCount(List<List<String>> texts, int n) {
        Map<String, Integer> largest = new LinkedHashMap<>();
        for (List<String> text : texts) {
            count(text, n).forEach((gram, count) -> largest.merge(gram, count, Math::max));
        }
        return largest;
    }

    /** Returns how many n-grams a text of that many tokens holds: max(0, tokens − n + 1). */
    static int total(List<String> tokens, int n) {
        return Math.max(0, tokens.size() - n + 1);
    }

    /** Returns the size of the multisets' intersection: Σ min(a, b). */
    static int overlap(Map<String, Integer> a, Map<String, Integer> b) {
        int overlap = 0;
        for (Map.Entry<String, Integer> entry : a.entrySet()) {
            overlap += Math.min(entry.getValue(), b.getOrDefault(entry.getKey(), 0));
        }
        return overlap;
    }
}
