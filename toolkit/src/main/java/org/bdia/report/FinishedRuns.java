package org.bdia.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
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

    private static List<LabelledRun> labelled(List<RunRecord> records) {
        List<String> labels = RunLabels.of(records.stream().map(RunRecord::config).toList());
        List<LabelledRun> runs = new ArrayList<>();
        for (int i = 0; i < labels.size(); i++) {
            JsonNode seed = records.get(i).config().path("seed");
            runs.add(new LabelledRun(labels.get(i), seed.asLong(), records.get(i)));
        }
        runs.sort(
                Comparator.comparing((LabelledRun run) -> !run.label().startsWith(STANDARD))
                        .thenComparing(LabelledRun::label)
                        .thenComparingLong(LabelledRun::seed));
        return runs;
    }
}
