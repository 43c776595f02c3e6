package org.bdia.nn;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.bdia.reversible.Uniform;

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
            return draw(scores, sample, Uniform.of(sample.seed(), row, position));
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
        int[] ids = byScore(scores);
        int kept = sample.topK() == 0 ? ids.length : Math.min(sample.topK(), ids.length);
        double[] weights = new double[kept];
        double sum = 0;
        for (int i = 0; i < kept; i++) {
            weights[i] = Math.exp((scores[ids[i]] - scores[ids[0]]) / sample.temperature());
            sum += weights[i];
        }
        double mass = 0;
        int last = 0;
        while (last < kept - 1 && mass + weights[last] < sample.topP() * sum) {
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

    /** The ids, highest score first, equals by id. */
    static int[] byScore(float[] scores) {
        return IntStream.range(0, scores.length)
                .boxed()
                .sorted(Comparator.comparingDouble(id -> -scores[id]))
                .mapToInt(id -> id)
                .toArray();
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
