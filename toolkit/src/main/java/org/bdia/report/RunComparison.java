package org.bdia.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import tech.tablesaw.api.Table;

/**
 * The report on one task's runs: tables and figures, each in all its formats.
 *
 * <p>In the output folder: {@code tables/TASK-summary}, {@code TASK-runs} (every number of every run) and, per metric,
 * {@code TASK-METRIC} (mean, seeds, 95 % interval) and {@code TASK-METRIC-against-REFERENCE}; {@code figures/TASK-CURVE}.
 *
 * @param task the task's label, which file names begin with
 * @param runs its runs
 * @param metrics what is compared
 * @param reference the label that all others are compared with
 */
public record RunComparison(String task, RunSet runs, List<String> metrics, String reference) {

    /**
     * Checks that the runs have what is asked for.
     *
     * @throws IllegalArgumentException if no run has a metric or the reference's label
     */
    public RunComparison {
        metrics = List.copyOf(metrics);
        if (!runs.metrics().containsAll(metrics)) {
            throw new IllegalArgumentException(
                    "no run of "
                            + task
                            + " has one of the metrics "
                            + metrics
                            + "; there are "
                            + runs.metrics());
        }
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
     * The comparison of what a task is judged by, the last and the best validation loss and all test metrics, with
     * the first label: the plain transformer where there is one.
     */
    public static RunComparison of(String task, RunSet runs) {
        List<String> metrics =
                runs.metrics().stream()
                        .filter(m -> m.endsWith("val_loss") || m.startsWith("test_"))
                        .toList();
        return new RunComparison(task, runs, metrics, runs.labels().get(0));
    }

    /** The same of other metrics. */
    public RunComparison withMetrics(List<String> values) {
        return new RunComparison(task, runs, values, reference);
    }

    /** The same with another reference. */
    public RunComparison withReference(String value) {
        return new RunComparison(task, runs, metrics, value);
    }

    /** The summary, and every metric's differences from the reference, for a terminal. */
    public String text() {
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
    public void write(Path output) throws IOException {
        Path tables = output.resolve("tables");
        Tables.save(tables, task + "-summary", titled(runs.table()));
        Tables.save(tables, task + "-runs", titled(runs.runs()));
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
        for (String what : runs.curveNames()) {
            Figure figure = runs.curves(what, Figures.Band.STANDARD_DEVIATION);
            figure.save(output.resolve("figures"), fileName(what));
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
        String name = (task + "-" + words).toLowerCase(Locale.ROOT);
        return name.replace("γ", "gamma").replaceAll("[^a-z0-9._-]+", "-").replaceAll("-+$", "");
    }
}
