package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bdia.config.Ranges;
import org.bdia.config.RunConfig;
import org.bdia.io.Sha256;

/** The draws of a {@link Search}. */
final class Draws {

    private static final String RANKING = "(train|val|best_val)_.+|gap";

    private Draws() {}

    /** Returns the drawn runs in the order of their indices. */
    static List<RunConfig> of(Search search, Environment environment) {
        List<RunConfig> runs = new ArrayList<>();
        for (int i = 0; i < search.runs(); i++) {
            Map<String, List<JsonNode>> point = new LinkedHashMap<>();
            for (Map.Entry<String, Distribution> axis : search.space().entrySet()) {
                double u = uniform(search.seed(), i, axis.getKey());
                point.put(axis.getKey(), List.of(axis.getValue().at(u)));
            }
            runs.addAll(new Grid("search, draw " + (i + 1), point).configs(environment));
        }
        return runs;
    }

    /** Returns a uniform number in [0, 1), the first 52 bits of a hash. */
    private static double uniform(long seed, int index, String axis) {
        String hash = Sha256.of(seed + " " + index + " " + axis);
        return Long.parseLong(hash.substring(0, 13), 16) * 0x1p-52;
    }

    /** Returns a copy of a space. */
    static Map<String, Distribution> requireSpace(int runs, Map<String, Distribution> space) {
        Ranges.positive("runs", runs);
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
        return Collections.unmodifiableMap(new LinkedHashMap<>(space));
    }

    static void requireMetric(String metric) {
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
}
