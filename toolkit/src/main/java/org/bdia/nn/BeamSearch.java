package org.bdia.nn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Beam search. */
final class BeamSearch {

    private BeamSearch() {}

    /** A sequence without its end, and the logarithm of its probability. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Hypothesis(int[] tokens, double logProbability, int row) {

        Hypothesis then(int token, double logarithm, int parent) {
            return new Hypothesis(
                    Tokens.concat(tokens, new int[] {token}), logProbability + logarithm, parent);
        }

        /** The end counts as a token, so that an empty sequence has a length. */
        double score(double penalty) {
            return logProbability / Math.pow(tokens.length + 1.0, penalty);
        }
    }

    /** The tokens after a prompt, without the end. */
    static int[] run(
            DecodingSession session, int[] prompt, int maxTokens, int end, Decoding.Beam beam) {
        List<Hypothesis> live = List.of(new Hypothesis(new int[0], 0, 0));
        List<Hypothesis> finished = new ArrayList<>();
        int[][] next = {prompt};
        for (int t = 0; t < maxTokens && next[0].length <= session.room(); t++) {
            float[][] logits = session.feed(next);
            List<Hypothesis> candidates = candidates(live, logits, beam, t);
            if (candidates.isEmpty()) {
                break; // every token would repeat an n-gram
            }
            live = new ArrayList<>();
            for (Hypothesis candidate : candidates) {
                int last = candidate.tokens[candidate.tokens.length - 1];
                if (last == end) {
                    finished.add(
                            new Hypothesis(
                                    Arrays.copyOf(candidate.tokens, candidate.tokens.length - 1),
                                    candidate.logProbability,
                                    0));
                } else if (live.size() < beam.beams()) {
                    live.add(candidate);
                }
                if (live.size() == beam.beams()) {
                    break;
                }
            }
            if (live.isEmpty() || finished.size() >= beam.beams()) {
                break;
            }
            session.select(live.stream().mapToInt(Hypothesis::row).toArray());
            next =
                    live.stream()
                            .map(h -> new int[] {h.tokens[h.tokens.length - 1]})
                            .toArray(int[][]::new);
        }
        if (finished.size() < beam.beams()) {
            finished.addAll(live);
        }
        return finished.stream()
                .max(Comparator.comparingDouble(h -> h.score(beam.lengthPenalty())))
                .orElseThrow()
                .tokens;
    }

    /** Twice as many as beams, so that as many are left when some end. */
    private static List<Hypothesis> candidates(
            List<Hypothesis> live, float[][] logits, Decoding.Beam beam, int position) {
        List<Hypothesis> candidates = new ArrayList<>();
        for (int row = 0; row < live.size(); row++) {
            Hypothesis hypothesis = live.get(row);
            double[] logarithms = NextToken.logProbabilities(logits[row], position);
            // As many more as the ban on repeated n-grams may take away.
            int enough = 2 * beam.beams() + hypothesis.tokens.length;
            for (int id : NextToken.best(logits[row], enough)) {
                if (!repeats(hypothesis.tokens, id, beam.noRepeatNgram())) {
                    candidates.add(hypothesis.then(id, logarithms[id], row));
                }
            }
        }
        candidates.sort(Comparator.comparingDouble(h -> -h.logProbability));
        return candidates.subList(0, Math.min(2 * beam.beams(), candidates.size()));
    }

    /** Whether a token would end an n-gram that is there already. */
    private static boolean repeats(int[] tokens, int token, int n) {
        if (n == 0 || tokens.length < n) {
            return false;
        }
        int[] ending =
                Tokens.concat(
                        Arrays.copyOfRange(tokens, tokens.length - n + 1, tokens.length),
                        new int[] {token});
        for (int from = 0; from + n <= tokens.length; from++) {
            if (Arrays.equals(Arrays.copyOfRange(tokens, from, from + n), ending)) {
                return true;
            }
        }
        return false;
    }
}
