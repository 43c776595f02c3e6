package org.bdia.nn;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.bdia.io.SplitMix64;

/** One token from the scores of all. */
final class NextToken {

    private NextToken() {}

    /**
     * The token that a way of decoding, beam search aside, chooses.
     *
     * @throws IllegalStateException if a score is not a number
     */
    static int choose(float[] scores, Decoding decoding, long row, long position) {
        requireNumbers(scores, position);
        if (decoding instanceof Decoding.Sample sample) {
            return draw(
                    scores, sample, SplitMix64.unit(SplitMix64.mix(sample.seed(), row), position));
        }
        int best = 0;
        for (int id = 1; id < scores.length; id++) {
            if (scores[id] > scores[best]) {
                best = id;
            }
        }
        return best;
    }

    private static int draw(float[] scores, Decoding.Sample sample, double uniform) {
        int[] ids = best(scores, sample.topK() == 0 ? scores.length : sample.topK());
        double[] weights = new double[ids.length];
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            weights[i] = Math.exp((scores[ids[i]] - scores[ids[0]]) / sample.temperature());
            sum += weights[i];
        }
        double mass = 0;
        int last = 0;
        while (last < ids.length - 1 && mass + weights[last] < sample.topP() * sum) {
            mass += weights[last++];
        }
        mass += weights[last];
        double target = uniform * mass;
        int chosen = 0;
        while (chosen < last && target >= weights[chosen]) {
            target -= weights[chosen++];
        }
        return ids[chosen];
    }

    /** The ids of the highest scores, highest first, equals by id. */
    static int[] best(float[] scores, int count) {
        Comparator<Integer> better =
                Comparator.comparingDouble((Integer id) -> -scores[id]).thenComparingInt(id -> id);
        PriorityQueue<Integer> kept = new PriorityQueue<>(better.reversed()); // the worst first
        for (int id = 0; id < scores.length; id++) {
            if (kept.size() < count) {
                kept.add(id);
            } else if (scores[id] > scores[kept.element()]) {
                kept.poll();
                kept.add(id);
            }
        }
        return kept.stream().sorted(better).mapToInt(id -> id).toArray();
    }

    /** log softmax, in double. */
    static double[] logProbabilities(float[] scores, long position) {
        requireNumbers(scores, position);
        double highest = Double.NEGATIVE_INFINITY;
        for (float score : scores) {
            highest = Math.max(highest, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp(score - highest);
        }
        double log = highest + Math.log(sum);
        return IntStream.range(0, scores.length).mapToDouble(id -> scores[id] - log).toArray();
    }

    private static void requireNumbers(float[] scores, long position) {
        for (float score : scores) {
            if (Float.isNaN(score)) {
                throw new IllegalStateException(
                        "the model's scores for token "
                                + position
                                + " are not numbers; its weights have diverged");
            }
        }
    }
}
