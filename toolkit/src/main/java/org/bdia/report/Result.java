package org.bdia.report;

/**
 * One measured number and everything that tells it from its neighbours: a row of {@code results.json}.
 *
 * @param task what was learnt or measured, for example {@code cifar10}
 * @param method the method's short name (standard, quantised, bdia, bdia-float, revnet, midpoint), a variant by
 *     suffix ({@code standard+dropout0.1})
 * @param backprop how it was differentiated: store, checkpoint or reversible
 * @param seed the run's seed
 * @param depth the number of residual blocks K
 * @param gamma |γ|, 0 where the method has none
 * @param stage when it was measured, for example {@code initial} or {@code trained}
 * @param metric what was measured, for example {@code val_loss}; a unit is part of the name
 * @param value the number; NaN and infinities are allowed, where drift is measured they are results too
 */
public record Result(
        String task,
        String method,
        String backprop,
        long seed,
        int depth,
        double gamma,
        String stage,
        String metric,
        double value) {

    /**
     * Checks that every word is there.
     *
     * @throws IllegalArgumentException if a word is blank, depth is negative or gamma is not in [0, 1]
     */
    public Result {
        requireWord("task", task);
        requireWord("method", method);
        requireWord("backprop", backprop);
        requireWord("stage", stage);
        requireWord("metric", metric);
        if (depth < 0) {
            throw new IllegalArgumentException(
                    "depth is " + depth + ", but a stack has 0 blocks or more");
        }
        if (!(gamma >= 0 && gamma <= 1)) {
            throw new IllegalArgumentException(
                    "gamma is " + gamma + ", but |gamma| lies in [0, 1]; give its absolute value");
        }
    }

    /** Returns the same measurement with another outcome. */
    Result withValue(double other) {
        return new Result(task, method, backprop, seed, depth, gamma, stage, metric, other);
    }

    private static void requireWord(String name, String word) {
        if (word == null || word.isBlank()) {
            throw new IllegalArgumentException(
                    "a result's " + name + " is blank; every row says what it measured");
        }
    }
}
