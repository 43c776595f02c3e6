package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.report.Profile;
import org.bdia.run.RunStore;
import tech.tablesaw.api.Table;

/**
 * Runs that are described together: the content of {@code sweep.json}.
 *
 * <p>A grid's keys are axes, each with a list of values, and stands for every combination. The axis {@code task} names
 * presets (cifar10, cifar10-brief, cifar100, translation, translation-brief, openwebtext, shakespeare, shakespeare-brief,
 * e2e), each a whole configuration. Every other axis is
 * a key of config.json, nested keys joined by dots, and replaces that preset's value: {@code seed}, {@code method},
 * {@code model.dropout}, {@code train.optimizer.weightDecay}. Without the axis {@code backprop}, a method is
 * differentiated as {@link Variant#of} says. Without {@code seed} or {@code method} there is seed 0, the plain
 * transformer. Several grids are added up, and what a search draws; a run that is in two counts once.
 *
 * <p>The runs are trained rung by rung: in successive halving the first rung has all of them, and the next the best of the one
 * before; every other sweep is one rung.
 *
 * @param profile smoke, laptop or paper: the presets' sizes
 * @param grids the grids, at least one where there is no search
 * @param search the search
 */
public record Sweep(
        String profile, List<Map<String, List<JsonNode>>> grids, Optional<Search> search) {

    private static final String GRIDS = "grids";
    private static final String SEARCH = "search";

    /** The file's keys. */
    private record Keys(
            String profile, List<Map<String, List<JsonNode>>> grids, ObjectNode search) {}

    /**
     * Copies the grids.
     *
     * @throws IllegalArgumentException if there is no such profile, no grid and no search, a grid without tasks, or with epochs
     *     beside successive halving, or an axis without values or with one twice
     */
    public Sweep {
        Profile.of(profile);
        if (grids.isEmpty() && search.isEmpty()) {
            throw new IllegalArgumentException(
                    "a sweep needs at least one grid, or a search, but grids is []");
        }
        for (Map<String, List<JsonNode>> grid : grids) {
            if (!grid.containsKey(Grid.TASK)) {
                throw new IllegalArgumentException(
                        "every grid needs the axis 'task', for example \"task\": [\"cifar10\"], but one has only "
                                + grid.keySet());
            }
            grid.forEach(Sweep::requireValues);
            if (grid.containsKey(Search.EPOCHS) && search.filter(Search::halves).isPresent()) {
                throw new IllegalArgumentException(
                        "the rungs set "
                                + Search.EPOCHS
                                + ", also of the grids' runs, but a grid has "
                                + grid.get(Search.EPOCHS)
                                + "; take the axis out, or write that grid into a sweep of its own");
            }
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
     * @throws FileException if it is not one; the message names the file and the key
     */
    public static Sweep read(Path file) {
        ObjectNode tree = (ObjectNode) Json.tree(file);
        boolean drawn = tree.has(SEARCH);
        if (!drawn) {
            tree.putObject(SEARCH);
        } else if (!tree.has(GRIDS)) {
            tree.putArray(GRIDS);
        }
        Keys keys = Json.parse(tree.toString(), Keys.class, file.toString());
        Optional<Search> search =
                drawn ? Optional.of(search(keys.search, file + ", search")) : Optional.empty();
        try {
            return new Sweep(keys.profile, keys.grids, search);
        } catch (IllegalArgumentException e) {
            throw new FileException(file + ": " + e.getMessage(), e);
        }
    }

    private static Search search(ObjectNode json, String source) {
        JsonNode kind = json.remove("kind");
        if (!json.has("metric")) {
            json.put("metric", "best_val_loss");
        }
        switch (kind == null ? "" : kind.asText()) {
            case "halving" -> {
                if (json.path("epochs").isEmpty() && json.path("epochs").isArray()) {
                    throw new FileException(
                            source
                                    + ": epochs must be those of two rungs or more, ascending, for example [5, 15, 45], but is []");
                }
            }
            case "random" -> {
                for (String key : List.of("epochs", "eta")) {
                    if (json.has(key)) {
                        throw new FileException(
                                source
                                        + ": key '"
                                        + key
                                        + "' is of successive halving, but kind is random; remove it, or write \"kind\":"
                                        + " \"halving\"");
                    }
                }
                json.putArray("epochs");
                json.put("eta", 2);
            }
            default ->
                    throw new FileException(
                            source + ": key 'kind' must be random or halving, but is " + kind);
        }
        return Json.parse(json.toString(), Search.class, source);
    }

    /**
     * Returns the runs of the first rung, each once: grid by grid, task by task, seed by seed, so that an interrupted sweep has
     * whole seeds, and then what is drawn.
     *
     * @param data where the presets look for real data
     * @throws IllegalArgumentException if there is no such task, a preset has no such key, or runs of several tasks are to be
     *     halved
     * @throws FileException if a value does not fit its key
     */
    public List<RunConfig> configs(DataFolder data) {
        Environment environment = new Environment(Profile.of(profile), data, "1");
        Set<RunConfig> configs = new LinkedHashSet<>();
        for (int i = 0; i < grids.size(); i++) {
            configs.addAll(new Grid("grid " + (i + 1), grids.get(i)).configs(environment));
        }
        search.ifPresent(drawn -> configs.addAll(drawn.draws(environment)));
        List<RunConfig> all = List.copyOf(configs);
        return halving().map(halving -> first(halving, all)).orElse(all);
    }

    private static List<RunConfig> first(Search halving, List<RunConfig> configs) {
        Set<String> tasks = new TreeSet<>();
        configs.forEach(config -> tasks.add(config.task().label()));
        if (tasks.size() > 1) {
            throw new IllegalArgumentException(
                    "halving compares runs of one task, since "
                            + halving.metric()
                            + " says nothing across tasks, but the sweep has "
                            + tasks
                            + "; write a sweep for each");
        }
        return halving.at(0, configs);
    }

    /** Returns the search if it is successive halving. */
    public Optional<Search> halving() {
        return search.filter(Search::halves);
    }

    /** Returns the runs that the sweep is known to have: the first rung's, and those of later rungs that a store has. */
    public List<RunConfig> known(DataFolder data, RunStore store) {
        List<RunConfig> first = configs(data);
        List<RunConfig> known = new ArrayList<>(first);
        int rungs = halving().map(halving -> halving.epochs().size()).orElse(1);
        for (int i = 1; i < rungs; i++) {
            halving().orElseThrow().at(i, first).stream()
                    .filter(config -> Files.isDirectory(store.root().resolve(config.id())))
                    .forEach(known::add);
        }
        return known;
    }

    /**
     * Returns a table of the search's best finished runs.
     *
     * @param rungs the runs of each rung
     * @throws IllegalArgumentException if a run lacks the metric
     */
    public Optional<Table> best(List<List<RunConfig>> rungs, RunStore store) {
        return search.map(drawn -> Ranking.table(drawn, rungs, store));
    }
}
