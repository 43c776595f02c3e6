package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.report.RunLabels;

/**
 * The runs of a sweep in execution order; a run that begins with another's weights follows it.
 *
 * @param items the runs
 */
public record SweepPlan(List<Item> items) {

    /**
     * One run.
     *
     * @param id its name, which is that of its configuration
     * @param label distinguishes it within its task, ignoring the seed
     * @param config its configuration
     * @param needs the name of the run that must be finished before
     */
    public record Item(String id, String label, RunConfig config, Optional<String> needs) {

        /** A run by its configuration, whose name is computed. */
        public Item(String label, RunConfig config, Optional<String> needs) {
            this(config.id(), label, config, needs);
        }

        /** For example {@code 3f2a91d04c11 cifar10 · bdia, seed 0}. */
        public String text() {
            return id + " " + config.task().label() + " · " + label + ", seed " + config.seed();
        }
    }

    /** Copies the items. */
    public SweepPlan {
        items = List.copyOf(items);
    }

    /** The plan of some runs, each once, with what they need before. */
    public static SweepPlan of(List<RunConfig> configs) {
        Map<RunConfig, String> labels = labels(configs);
        Map<String, Item> items = new LinkedHashMap<>();
        for (RunConfig config : configs) {
            Optional<RunConfig> first = E2eWorkload.pretraining(config);
            first.ifPresent(
                    needed ->
                            items.putIfAbsent(
                                    needed.id(),
                                    new Item("pretraining", needed, Optional.empty())));
            var item = new Item(labels.get(config), config, first.map(RunConfig::id));
            items.put(item.id(), item);
        }
        return new SweepPlan(List.copyOf(items.values()));
    }

    /**
     * One of n shares, for n machines or the tasks of a job array. Every run is in exactly one, with the run that it
     * needs; the shares are functions of the sweep alone, not of what is finished.
     *
     * @param index 1 … n
     * @param n the number of shares, 1 or more
     * @throws IllegalArgumentException if the index is out of range
     */
    public SweepPlan share(int index, int n) {
        if (index < 1 || index > n) {
            throw new IllegalArgumentException(
                    "the share must be one of 1/"
                            + n
                            + " … "
                            + n
                            + "/"
                            + n
                            + ", but is "
                            + index
                            + "/"
                            + n);
        }
        Map<String, Integer> groups = new LinkedHashMap<>();
        List<Item> share = new ArrayList<>();
        for (Item item : items) {
            int group = groups.computeIfAbsent(item.needs().orElse(item.id()), id -> groups.size());
            if (group % n == index - 1) {
                share.add(item);
            }
        }
        return new SweepPlan(share);
    }

    /** Returns the plan of some of its runs, with what they need before; labels still tell them from all. */
    public SweepPlan only(Collection<RunConfig> configs) {
        Set<String> ids = new HashSet<>();
        for (Item item : items) {
            if (configs.contains(item.config())) {
                ids.add(item.id());
                item.needs().ifPresent(ids::add);
            }
        }
        return new SweepPlan(items.stream().filter(item -> ids.contains(item.id())).toList());
    }

    private static Map<RunConfig, String> labels(List<RunConfig> configs) {
        Map<String, List<RunConfig>> tasks = new LinkedHashMap<>();
        configs.forEach(
                config ->
                        tasks.computeIfAbsent(config.task().label(), task -> new ArrayList<>())
                                .add(config));
        Map<RunConfig, String> labels = new LinkedHashMap<>();
        for (List<RunConfig> same : tasks.values()) {
            List<JsonNode> json =
                    same.stream()
                            .map(c -> Json.parse(c.json(), JsonNode.class, "run " + c.id()))
                            .toList();
            List<String> words = RunLabels.of(json);
            for (int i = 0; i < words.size(); i++) {
                labels.put(same.get(i), words.get(i));
            }
        }
        return labels;
    }
}
