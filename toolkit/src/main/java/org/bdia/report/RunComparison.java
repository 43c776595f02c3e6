package org.bdia.report;

import java.io.IOException;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.bdia.io.Sha256;
import tech.tablesaw.api.Table;

/**
 * The report on one task's runs: tables and figures, each in all its formats.
 *
 * <p>In the output folder: {@code tables/TASK-summary}, {@code TASK-runs} (every number of every run) and, per metric,
 * {@code TASK-METRIC} (mean, seeds, 95 % interval) and {@code TASK-METRIC-against-REFERENCE}; {@code figures/TASK-CURVE}.
 *
 * @param task the task's label, which file names begin with: in letters, digits and hyphens, and a hash if it has others
 * @param runs its runs
 * @param metrics what is compared
 * @param reference the label that all others are compared with
 */
record RunComparison(String task, RunSet runs, List<String> metrics, String reference) {

    /** The most characters of a task's label in a file's name, which a file system may limit to 255. */
    private static final int LONGEST = 60;

    /**
     * Checks that the runs have what is asked for.
     *
     * @throws IllegalArgumentException if no run has a metric or the reference's label
     */
    RunComparison {
        metrics = metrics.stream().map(name -> Metric.of(name, runs.metrics()).id()).toList();
        if (!runs.labels().contains(reference)) {
            throw new IllegalArgumentException(
                    "no run of "
                            + task
                            + " is called '"
                            + reference
                            + "'; choose the reference from "
                            + runs.labels());
        }
    }

    /**
     * Returns the comparison of what a task is judged by, the last and the best validation loss and all test metrics, with
     * the first label: the plain transformer where there is one.
     */
    static RunComparison of(String task, RunSet runs) {
        List<String> metrics =
                runs.metrics().stream()
                        .filter(m -> m.endsWith("val_loss") || m.startsWith("test_"))
                        .toList();
        return new RunComparison(task, runs, metrics, runs.labels().get(0));
    }

    /**
     * Returns the comparison of every task that has what is asked for: with metrics named, of those that it has.
     *
     * @param tasks each task's runs
     * @param metrics what is compared; empty for what {@link #of} takes
     * @param reference the label that others are compared with; empty for the first
     * @param skipped told why a task is left out
     * @throws IllegalArgumentException if no task has one of the metrics, or none has the reference
     */
    static List<RunComparison> each(
            Map<String, RunSet> tasks,
            List<String> metrics,
            Optional<String> reference,
            Consumer<String> skipped) {
        for (String metric : metrics) {
            if (tasks.values().stream()
                    .noneMatch(runs -> Metric.find(metric, runs.metrics()).isPresent())) {
                throw new IllegalArgumentException(
                        "no run has the metric '" + metric + "'; " + there(tasks, RunSet::metrics));
            }
        }
        List<RunComparison> comparisons = new ArrayList<>();
        tasks.forEach(
                (task, runs) -> {
                    List<String> own =
                            metrics.stream()
                                    .flatMap(name -> Metric.find(name, runs.metrics()).stream())
                                    .map(Metric::id)
                                    .distinct()
                                    .toList();
                    if (!metrics.isEmpty() && own.isEmpty()) {
                        skipped.accept(task + ": no run has one of the metrics " + metrics);
                    } else if (reference.isPresent() && !runs.labels().contains(reference.get())) {
                        skipped.accept(task + ": no run is called '" + reference.get() + "'");
                    } else {
                        RunComparison usual = of(task, runs);
                        comparisons.add(
                                new RunComparison(
                                        task,
                                        runs,
                                        metrics.isEmpty() ? usual.metrics : own,
                                        reference.orElse(usual.reference)));
                    }
                });
        if (comparisons.isEmpty()) {
            throw new IllegalArgumentException(
                    "no task has runs called '"
                            + reference.orElse("")
                            + "' with one of the metrics "
                            + metrics
                            + "; "
                            + there(tasks, RunSet::labels));
        }
        return comparisons;
    }

    private static String there(
            Map<String, RunSet> tasks, Function<RunSet, Collection<String>> what) {
        Map<String, Collection<String>> found = new TreeMap<>();
        tasks.forEach((task, runs) -> found.put(task, what.apply(runs)));
        return "there are " + found;
    }

    /** Returns the summary, and every metric's differences from the reference, for a terminal. */
    String text() {
        List<String> parts = new ArrayList<>();
        parts.add(Tables.text(titled(runs.table())));
        for (String metric : metrics) {
            Comparison comparison = runs.compare(metric);
            if (isComparable(comparison)) {
                parts.add(Tables.text(titled(comparison.againstTable(reference))));
            }
        }
        return String.join("\n", parts);
    }

    /** Writes every table as CSV, Markdown and LaTeX, every curve as PNG, SVG, PDF and JSON. */
    void write(Path output) throws IOException {
        Path tables = output.resolve("tables");
        Tables.save(tables, fileName("summary"), titled(runs.table()));
        Tables.save(tables, fileName("runs"), titled(runs.runs()));
        for (String metric : metrics) {
            Comparison comparison = runs.compare(metric);
            Tables.save(tables, fileName(metric), titled(comparison.table()));
            if (isComparable(comparison)) {
                Tables.save(
                        tables,
                        fileName(metric + "-against-" + reference),
                        titled(comparison.againstTable(reference)));
            }
        }
        for (String metric : runs.curveMetrics()) {
            Figure figure = runs.curves(metric);
            figure.save(output.resolve("figures"), fileName(figure.title()));
        }
    }

    private boolean isComparable(Comparison comparison) {
        List<String> methods =
                comparison.summaries().stream().map(Comparison.Summary::method).toList();
        return methods.size() > 1 && methods.contains(reference);
    }

    private Table titled(Table table) {
        boolean synthetic = runs.caption().synthetic();
        return table.setName(task + ": " + table.name() + (synthetic ? " (synthetic data)" : ""));
    }

    /** Everything but letters, digits and {@code _ . -} becomes a hyphen. */
    private String fileName(String words) {
        String name = words.toLowerCase(Locale.ROOT).replace("γ", "gamma");
        return fileName() + "-" + name.replaceAll("[^a-z0-9._-]+", "-").replaceAll("-+$", "");
    }

    /** Returns the task as files' names begin: with a hash where that is not the task itself, so that two tasks stay apart. */
    private String fileName() {
        String plain =
                Normalizer.normalize(task, Normalizer.Form.NFKD)
                        .replaceAll("\\p{M}+", "")
                        .replaceAll("[^A-Za-z0-9._-]+", "-")
                        .replaceAll("^[._-]+|-+$", "");
        String name = plain.substring(0, Math.min(LONGEST, plain.length()));
        String hash = Sha256.of(task).substring(0, 8);
        return name.equals(task) ? name : name.isEmpty() ? hash : name + "-" + hash;
    }
}
