package org.bdia.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.bdia.config.Json;
import org.bdia.config.TaskConfig;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;

/**
 * The finished runs of some folders, by task.
 *
 * @param tasks for each task's label its runs: the plain transformer first, then by label, seeds ascending
 * @param unfinished what was left out: each run's name, method and seed
 */
public record FinishedRuns(Map<String, RunSet> tasks, List<String> unfinished) {

    private static final String CONFIG = "config.json";
    private static final String STANDARD = "standard";

    /**
     * Reads runs; one that is named twice counts once.
     *
     * @param folders each a run's folder, or a folder of runs
     * @throws IllegalArgumentException if a folder is neither, or no run is finished
     * @throws org.bdia.config.FileException if a finished run is damaged
     */
    public static FinishedRuns read(List<Path> folders) {
        if (folders.isEmpty()) {
            throw new IllegalArgumentException(
                    "there are no folders to compare; make some runs first, for example by bdia sweep");
        }
        TreeSet<Path> all = new TreeSet<>();
        folders.forEach(folder -> all.addAll(runs(folder.toAbsolutePath().normalize())));
        Map<String, List<RunRecord>> records = new TreeMap<>();
        List<String> unfinished = new ArrayList<>();
        for (Path folder : all) {
            RunStore store = RunStore.at(folder.getParent());
            String id = folder.getFileName().toString();
            if (store.isDone(id)) {
                RunRecord record = store.read(id);
                records.computeIfAbsent(task(record), task -> new ArrayList<>()).add(record);
            } else {
                JsonNode config = Json.tree(folder.resolve(CONFIG));
                String method = config.at("/method/name").asText();
                unfinished.add(id + " (" + method + ", seed " + config.path("seed").asLong() + ")");
            }
        }
        if (records.isEmpty()) {
            throw new IllegalArgumentException(
                    "no finished run in " + folders + "; unfinished: " + unfinished);
        }
        Map<String, RunSet> tasks = new TreeMap<>();
        records.forEach((task, runs) -> tasks.put(task, RunSet.of(labelled(runs))));
        return new FinishedRuns(tasks, unfinished);
    }

    /**
     * Compares every task that has what is asked for: prints its text, writes its tables and figures, and prints why other tasks
     * are left out.
     *
     * @param metrics the metrics to compare; empty for the last and the best validation loss and all test metrics
     * @param reference the label that others are compared with; empty for the plain transformer, else the first
     * @param output the folder for {@code tables} and {@code figures}
     * @param out the printer
     * @throws IllegalArgumentException if no task has one of the metrics, or none has the reference
     */
    public void compare(
            List<String> metrics, Optional<String> reference, Path output, Consumer<String> out)
            throws IOException {
        List<String> skipped = new ArrayList<>();
        for (RunComparison comparison :
                RunComparison.each(tasks, metrics, reference, skipped::add)) {
            out.accept(comparison.text());
            comparison.write(output);
        }
        skipped.forEach(reason -> out.accept("left out, " + reason));
    }

    private static List<Path> runs(Path folder) {
        if (Files.exists(folder.resolve(CONFIG))) {
            return List.of(folder);
        }
        List<Path> runs = RunStore.at(folder).ids().stream().map(folder::resolve).toList();
        if (runs.isEmpty()) {
            throw new IllegalArgumentException(
                    folder
                            + ": expected a run's folder, with a "
                            + CONFIG
                            + ", or a folder of such folders");
        }
        return runs;
    }

    private static String task(RunRecord record) {
        String source = CONFIG + " of run " + record.id() + ", key 'task'";
        return Json.parse(record.config().path("task").toString(), TaskConfig.class, source)
                .label();
    }

    private static List<RunSet.Labelled> labelled(List<RunRecord> records) {
        List<String> labels = RunLabels.of(records.stream().map(RunRecord::config).toList());
        List<RunSet.Labelled> runs = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            JsonNode seed = records.get(i).config().path("seed");
            runs.add(new RunSet.Labelled(labels.get(i), seed.asLong(), records.get(i)));
        }
        runs.sort(
                Comparator.comparing((RunSet.Labelled run) -> !run.label().startsWith(STANDARD))
                        .thenComparing(RunSet.Labelled::label)
                        .thenComparingLong(RunSet.Labelled::seed));
        return runs;
    }
}
