package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.report.Profile;

/**
 * Runs that are described together: the content of {@code sweep.json}.
 *
 * <p>A grid's keys are axes, each with a list of values, and stands for every combination. The axis {@code task} names
 * presets (cifar10, cifar100, translation, openwebtext, shakespeare, e2e), each a whole configuration. Every other axis is
 * a key of config.json, nested keys joined by dots, and replaces that preset's value: {@code seed}, {@code method},
 * {@code model.dropout}, {@code train.optimizer.weightDecay}. Without the axis {@code backprop}, a method is
 * differentiated as {@link Variant#of} says. Without {@code seed} or {@code method} there is seed 0, the plain
 * transformer. Several grids are added up; a run that is in two counts once.
 *
 * @param profile smoke, laptop or paper: the presets' sizes
 * @param grids the grids, at least one
 */
public record Sweep(String profile, List<Map<String, List<JsonNode>>> grids) {

    /**
     * Copies the grids.
     *
     * @throws IllegalArgumentException if there is no such profile, no grid, a grid without tasks, or an axis without
     *     values or with one twice
     */
    public Sweep {
        Profile.of(profile);
        if (grids.isEmpty()) {
            throw new IllegalArgumentException("grids must hold at least one grid, but is []");
        }
        for (Map<String, List<JsonNode>> grid : grids) {
            if (!grid.containsKey(Grid.TASK)) {
                throw new IllegalArgumentException(
                        "every grid needs the axis 'task', for example \"task\": [\"cifar10\"], but one has only "
                                + grid.keySet());
            }
            grid.forEach(Sweep::requireValues);
        }
        grids = grids.stream().map(Sweep::copy).toList();
    }

    private static void requireValues(String axis, List<JsonNode> values) {
        if (values == null || values.isEmpty() || new HashSet<>(values).size() < values.size()) {
            throw new IllegalArgumentException(
                    "axis '" + axis + "' must have values, each once, but is " + values);
        }
    }

    private static Map<String, List<JsonNode>> copy(Map<String, List<JsonNode>> grid) {
        Map<String, List<JsonNode>> copy = new LinkedHashMap<>();
        grid.forEach((axis, values) -> copy.put(axis, List.copyOf(values)));
        return Collections.unmodifiableMap(copy);
    }

    /**
     * Reads sweep.json.
     *
     * @throws org.bdia.config.FileException if it is not one; the message names the file and the key
     */
    public static Sweep read(Path file) {
        return Json.read(file, Sweep.class);
    }

    /**
     * The runs, each once: grid by grid, task by task, seed by seed, so that an interrupted sweep has whole seeds.
     *
     * @param data where the presets look for real data
     * @throws IllegalArgumentException if there is no such task, or a preset has no such key
     * @throws org.bdia.config.FileException if a value does not fit its key
     */
    public List<RunConfig> configs(DataFolder data) {
        Environment environment = new Environment(Profile.of(profile), data, "1");
        Set<RunConfig> configs = new LinkedHashSet<>();
        for (int i = 0; i < grids.size(); i++) {
            configs.addAll(new Grid("grid " + (i + 1), grids.get(i)).configs(environment));
        }
        return List.copyOf(configs);
    }
}
