package org.bdia.nn;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.stream.IntStream;
import org.bdia.io.SplitMix64;

/** One token from the logits of all. */
final class NextToken {

    private NextToken() {}

    /**
     * The token that a way of decoding, beam search aside, chooses.
     *
     * @param row the number of the text
     * @param position the number of the token in it
     * @throws IllegalStateException if a logit is not a number
     */
    static int choose(float[] logits, Decoding decoding, long row, long position) {
        requireNumbers(logits, position);
        if (decoding instanceof Decoding.Sample sample) {
            return draw(
                    logits, sample, SplitMix64.unit(SplitMix64.mix(sample.seed(), row), position));
        }
        int best = 0;
        for (int id = 1; id < logits.length; id++) {
            if (logits[id] > logits[best]) {
                best = id;
            }
        }
        return best;
    }

    private static int draw(float[] logits, Decoding.Sample sample, double uniform) {
        int[] ids = best(logits, sample.topK() == 0 ? logits.length : sample.topK());
        double[] weights = new double[ids.length];
        double sum = 0;
        for (int i = 0; i < ids.length; i++) {
            weights[i] = Math.exp((logits[ids[i]] - logits[ids[0]]) / sample.temperature());
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

    /** The ids of the highest logits, highest first, equals by id. */
    static int[] best(float[] logits, int count) {
        Comparator<Integer> better =
                Comparator.comparingDouble((Integer id) -> -logits[id]).thenComparingInt(id -> id);
        PriorityQueue<Integer> kept = new PriorityQueue<>(better.reversed()); // the worst first
        for (int id = 0; id < logits.length; id++) {
            if (kept.size() < count) {
                kept.add(id);
            } else if (logits[id] > logits[kept.element()]) {
                kept.poll();
                kept.add(id);
            }
        }
        return kept.stream().sorted(better).mapToInt(id -> id).toArray();
    }

    /** log softmax, in double. */
    static double[] logProbabilities(float[] logits, long position) {
        requireNumbers(logits, position);
        double highest = Double.NEGATIVE_INFINITY;
        for (float logit : logits) {
            highest = Math.max(highest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - highest);
        }
        double log = highest + Math.log(sum);
        return IntStream.range(0, logits.length).mapToDouble(id -> logits[id] - log).toArray();
    }

    private static void requireNumbers(float[] logits, long position) {
        for (float logit : logits) {
            if (Float.isNaN(logit)) {
                throw new IllegalStateException(
                        "the model's logits for token "
                                + position
                                + " are not numbers; its weights have diverged");
            }
        }
    }
}
