package org.bdia.data;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.TreeMap;

/** The merges of byte-pair encoding, most frequent pair first; of equals the one that is first in lexical order. */
final class SubwordMerges {

    private final List<List<String>> words = new ArrayList<>();
    private final List<Integer> frequencies = new ArrayList<>();
    private final Map<Pair, Long> counts = new HashMap<>();
    private final Map<Pair, Set<Integer>> places = new HashMap<>();
    private final PriorityQueue<Candidate> candidates = new PriorityQueue<>();

    /** Two adjacent symbols. */
    record Pair(String left, String right) implements Comparable<Pair> {

        String joined() {
            return left + right;
        }

        @Override
        public int compareTo(Pair other) {
            int byLeft = left.compareTo(other.left);
            return byLeft != 0 ? byLeft : right.compareTo(other.right);
        }
    }

    /** A pair's count when queued; outdated if the count has changed since. */
    private record Candidate(Pair pair, long count) implements Comparable<Candidate> {

        @Override
        public int compareTo(Candidate other) {
            int byCount = Long.compare(other.count, count);
            return byCount != 0 ? byCount : pair.compareTo(other.pair);
        }
    }

    SubwordMerges(Map<String, Integer> frequencyOfWords) {
        new TreeMap<>(frequencyOfWords)
                .forEach(
                        (word, frequency) -> {
                            words.add(
                                    new ArrayList<>(
                                            word.codePoints()
                                                    .mapToObj(Character::toString)
                                                    .toList()));
                            frequencies.add(frequency);
                            count(words.size() - 1, 1);
                        });
        counts.forEach((pair, count) -> candidates.add(new Candidate(pair, count)));
    }

    /** Merges the most frequent pair everywhere and returns it; null if no pair occurs twice. */
    Pair next() {
        for (Candidate best = candidates.poll(); best != null; best = candidates.poll()) {
            if (best.count() != counts.getOrDefault(best.pair(), 0L)) {
                continue; // the pair stands in the queue again with its new count
            }
            if (best.count() < 2) {
                return null;
            }
            merge(best.pair());
            return best.pair();
        }
        return null;
    }

    private void merge(Pair pair) {
        Set<Pair> touched = new HashSet<>();
        for (int word : List.copyOf(places.getOrDefault(pair, Set.of()))) {
            touched.addAll(count(word, -1));
            List<String> parts = words.get(word);
            for (int i = 0; i + 1 < parts.size(); i++) {
                if (parts.get(i).equals(pair.left()) && parts.get(i + 1).equals(pair.right())) {
                    parts.set(i, pair.joined());
                    parts.remove(i + 1);
                }
            }
            touched.addAll(count(word, 1));
        }
        for (Pair changed : touched) {
            long count = counts.getOrDefault(changed, 0L);
            if (count > 0) {
                candidates.add(new Candidate(changed, count));
            }
        }
    }

    /** Adds a word's pairs to the counts, or subtracts them; returns the pairs. */
    private Set<Pair> count(int word, int sign) {
        Set<Pair> seen = new HashSet<>();
        List<String> parts = words.get(word);
        for (int i = 0; i + 1 < parts.size(); i++) {
            Pair pair = new Pair(parts.get(i), parts.get(i + 1));
            counts.merge(pair, (long) sign * frequencies.get(word), Long::sum);
            seen.add(pair);
            Set<Integer> at = places.computeIfAbsent(pair, p -> new HashSet<>());
            if (sign > 0) {
                at.add(word);
            } else {
                at.remove(word);
            }
        }
        return seen;
    }
}
