package org.bdia.experiment;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.config.RunConfig;
import org.bdia.run.RunStore;

/**
 * Successive halving: all drawn runs are trained for a few epochs, the best of them for more, and so on.
 *
 * <p>A rung's runs are ordinary runs and begin from scratch: the learning rate's schedule depends on the number of epochs, so a
 * longer run does not begin with a shorter one.
 *
 * @param runs the number of runs to draw, 1 or more
 * @param seed the seed of the draws
 * @param space the values of each axis, without {@code train.epochs}
 * @param metric the id of the metric that ranks the runs
 * @param epochs the epochs of each rung's runs, ascending, two rungs or more
 * @param eta one in so many runs of a rung goes on, 2 or more; never fewer than one run
 * @see <a href="https://arxiv.org/abs/1502.07943">Jamieson and Talwalkar, 2016</a>
 */
public record Halving(
        int runs,
        long seed,
        Map<String, Distribution> space,
        String metric,
        List<Integer> epochs,
        int eta)
        implements Search {

    static final String EPOCHS = "train.epochs";

    /**
     * Copies the space and the rungs.
     *
     * @throws IllegalArgumentException if no run is drawn, the space has no task, or has epochs, the metric is not one of
     *     training or validation data, the rungs are fewer than two or do not ascend, or eta is below 2
     */
    public Halving {
        space = Draws.requireSpace(runs, space);
        Draws.requireMetric(metric);
        if (space.containsKey(EPOCHS)) {
            throw new IllegalArgumentException(
                    "the rungs set "
                            + EPOCHS
                            + "; take it out of the space, or take random search");
        }
        boolean ascending = epochs.size() >= 2 && epochs.get(0) >= 1;
        for (int i = 1; i < epochs.size(); i++) {
            ascending &= epochs.get(i - 1) < epochs.get(i);
        }
        if (!ascending) {
            throw new IllegalArgumentException(
                    "epochs must be those of two rungs or more, ascending, for example [5, 15, 45], but is "
                            + epochs);
        }
        if (eta < 2) {
            throw new IllegalArgumentException("eta must be at least 2, but is " + eta);
        }
        epochs = List.copyOf(epochs);
    }

    /**
     * Returns a rung in words, for example {@code rung 2 of 3: 10 runs of 15 epochs}.
     *
     * @param rung the rung, from 0
     * @param size its runs
     */
    public String words(int rung, int size) {
        int each = epochs.get(rung);
        return String.format(
                Locale.ROOT,
                "rung %d of %d: %d run%s of %d epoch%s",
                rung + 1,
                epochs.size(),
                size,
                size == 1 ? "" : "s",
                each,
                each == 1 ? "" : "s");
    }

    /** Returns the number of runs that go on from a rung of so many. */
    public int survivors(int size) {
        return Math.max(1, size / eta);
    }

    /** Returns runs with the epochs of a rung, from 0, each once. */
    List<RunConfig> at(int rung, List<RunConfig> configs) {
        return configs.stream()
                .map(run -> run.withTrain(run.train().withEpochs(epochs.get(rung))))
                .distinct()
                .toList();
    }

    /**
     * Returns the runs of the next rung: the best of one that has ended, the best first. Runs that are not finished count as
     * failed; these are last, as are those whose metric is not finite. Equal ones go by their ids.
     *
     * @param rung the rung that has ended, from 0
     * @param configs its runs
     * @throws IllegalArgumentException if no run is finished, or one lacks the metric
     */
    public List<RunConfig> next(int rung, List<RunConfig> configs, RunStore store) {
        if (configs.stream().noneMatch(config -> store.isDone(config.id()))) {
            throw new IllegalArgumentException(
                    words(rung, configs.size())
                            + ": none is finished, so there is no best to go on with; see why they failed");
        }
        List<RunConfig> best =
                Ranking.of(configs, metric, store).stream()
                        .limit(survivors(configs.size()))
                        .map(Ranking::config)
                        .toList();
        return at(rung + 1, best);
    }
}
