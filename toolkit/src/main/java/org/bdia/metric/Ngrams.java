package org.bdia.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How often each n-gram comes. */
final class Ngrams {

    private Ngrams() {}

    /** The n-grams of one length. */
    static Map<List<String>, Integer> of(List<String> tokens, int n) {
        Map<List<String>, Integer> counts = new HashMap<>();
        for (int from = 0; from + n <= tokens.size(); from++) {
            counts.merge(tokens.subList(from, from + n), 1, Integer::sum);
        }
        return counts;
    }

    /** For each n-gram the most that any of the texts has. */
    static Map<List<String>, Integer> most(List<List<String>> texts, int n) {
        Map<List<String>, Integer> most = new HashMap<>();
        for (List<String> text : texts) {
            of(text, n).forEach((ngram, count) -> most.merge(ngram, count, Math::max));
        }
        return most;
    }
}
