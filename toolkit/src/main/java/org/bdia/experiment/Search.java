package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.config.Ranges;
import org.bdia.config.RunConfig;
import org.bdia.io.Sha256;
import org.bdia.run.RunStore;

/**
 * Runs drawn at random: the key {@code search} of {@code sweep.json}. A drawn value is a function of seed, index and axis alone:
 * more runs or another axis change no other value. Equal runs count once.
 *
 * <p>In random search every drawn run is trained to its end. In successive halving all are trained for a few epochs, the best of
 * them for more, and so on. A rung's runs are ordinary runs and begin from scratch: the learning rate's schedule depends on the
 * number of epochs, so a longer run does not begin with a shorter one.
 *
 * @param runs the number of runs to draw, 1 or more
 * @param seed the seed of the draws
 * @param space the values of each axis, see {@link Sweep} for axes; {@code task} is a list
 * @param metric the id of the metric, of training or validation data, that ranks the runs
 * @param epochs the epochs of each rung's runs, ascending, two rungs or more; empty for random search
 * @param eta the best 1/eta of a rung's runs continue, at least one; 2 or more
 * @see <a href="https://arxiv.org/abs/1502.07943">Jamieson and Talwalkar, 2016</a>
 */
public record Search(
        int runs,
        long seed,
        Map<String, Distribution> space,
        String metric,
        List<Integer> epochs,
        int eta) {

    static final String EPOCHS = "train.epochs";
    private static final String RANKING = "(train|val|best_val)_.+|gap";

    /**
     * Copies the space and the rungs.
     *
     * @throws IllegalArgumentException if no run is drawn, the space has no task, or has epochs beside rungs, the metric is not one
     *     of training or validation data, there is one rung or they do not ascend, or eta is below 2
     */
    public Search {
        Ranges.positive("runs", runs);
        requireSpace(space);
        requireMetric(metric);
        if (!epochs.isEmpty()) {
            requireRungs(epochs, space);
        }
        if (eta < 2) {
            throw new IllegalArgumentException("eta must be at least 2, but is " + eta);
        }
        space = Collections.unmodifiableMap(new LinkedHashMap<>(space));
        epochs = List.copyOf(epochs);
    }

    private static void requireSpace(Map<String, Distribution> space) {
        if (!(space.get(Grid.TASK) instanceof Distribution.Choice)) {
            throw new IllegalArgumentException(
                    "the space needs a list of tasks, for example \"task\": [\"cifar10\"], but is "
                            + space);
        }
        space.forEach(
                (axis, values) -> {
                    if (values == null) {
                        throw new IllegalArgumentException(
                                "axis '" + axis + "' must have values, but is null");
                    }
                });
    }

    private static void requireMetric(String metric) {
        if (metric.startsWith("test_")) {
            throw new IllegalArgumentException(
                    "metric '"
                            + metric
                            + "' is of the test data: a run chosen by them has no honest test score left; take one of"
                            + " validation data, such as best_val_loss");
        }
        if (!metric.matches(RANKING)) {
            throw new IllegalArgumentException(
                    "metric must be the id of one of training or validation data, such as best_val_loss, val_accuracy or"
                            + " train_loss, but is '"
                            + metric
                            + "'");
        }
    }

    private static void requireRungs(List<Integer> epochs, Map<String, Distribution> space) {
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
    }

    /** Returns whether this is successive halving. */
    boolean halves() {
        return !epochs.isEmpty();
    }

    /** Returns the drawn runs in the order of their indices. */
    List<RunConfig> draws(Environment environment) {
        List<RunConfig> drawn = new ArrayList<>();
        for (int i = 0; i < runs; i++) {
            Map<String, List<JsonNode>> point = new LinkedHashMap<>();
            for (Map.Entry<String, Distribution> axis : space.entrySet()) {
                point.put(axis.getKey(), List.of(axis.getValue().at(uniform(i, axis.getKey()))));
            }
            drawn.addAll(new Grid("search, draw " + (i + 1), point).configs(environment));
        }
        return drawn;
    }

    /** Returns a uniform number in [0, 1), the first 52 bits of a hash. */
    private double uniform(int index, String axis) {
        String hash = Sha256.of(seed + " " + index + " " + axis);
        return Long.parseLong(hash.substring(0, 13), 16) * 0x1p-52;
    }

    /**
     * Returns a rung of successive halving in words, for example {@code rung 2 of 3: 10 runs of 15 epochs}.
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

    /** Returns how many of a rung's runs continue. */
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
     * Returns the runs of the next rung of successive halving: the best of one that has ended, the best first. Runs that are not finished count as
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
