package org.bdia.experiment;

import ai.djl.Device;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Update;
import org.bdia.measure.Benchmark;
import org.bdia.measure.MemoryModel;
import org.bdia.measure.Point;
import org.bdia.measure.Row;
import org.bdia.measure.Tools;
import org.bdia.notebook.Notebook;
import org.bdia.notebook.Progress;
import org.bdia.report.Axis;
import org.bdia.report.Caption;
import org.bdia.report.Figure;
import org.bdia.report.Hardware;
import org.bdia.report.Profile;
import org.bdia.report.Report;
import org.bdia.report.Result;
import org.bdia.report.RowTable;
import org.bdia.report.Series;
import org.bdia.report.Tabular;
import tech.tablesaw.api.Table;

/**
 * Memory of one whole training step of a GPT in float32, all weights trained, everything counted: weights, gradients, AdamW's moments,
 * logits and activations. One saving after the other: stored; reversed by BDIA, lean; with the head in slices of tokens; with each block updated
 * in the backward pass. The last stands beside checkpoints with the same head, update and slices of the batch. Memory in MiB.
 *
 * <p>Each is measured in a process of its own, one after the other, so that it has the machine's memory for itself; what needs more than is free
 * is left out. The time is that of one step.
 */
public final class WholeStep implements Tabular {

    private static final int HEAD_TOKENS = 128;
    private static final double MIB = 1 << 20;

    private final List<Row> rows;

    private WholeStep(List<Row> rows) {
        this.rows = List.copyOf(rows);
    }

    /**
     * Measures GPT-2 medium without dropout on 4 texts of 512 tokens; for smoke a small GPT with a tenth of the vocabulary.
     *
     * @throws IllegalStateException if not even the smallest fits the free memory
     */
    static WholeStep measure() {
        boolean smoke = Environment.current().profile() == Profile.SMOKE;
        GptConfig model =
                smoke
                        ? GptConfig.nano().withVocabulary(5_000)
                        : GptConfig.gpt2Medium().withContext(512);
        Point store =
                Point.base("gpt", model.depth())
                        .withBatch(smoke ? 8 : 4)
                        .withTokens(model.context())
                        .withSize(model.width(), model.heads(), model.mlp())
                        .withActivation(model.activation())
                        .withVocabulary(model.vocabulary())
                        .whole();
        List<Point> points = points(store);
        var benchmark = new Benchmark(Tools.fromEnvironment(), 1, 1, line -> {});
        List<Row> rows = new ArrayList<>();
        try (Progress progress = Notebook.progress("a whole training step", "ways")) {
            for (int i = 0; i < points.size(); i++) {
                Point point = points.get(i);
                progress.update(i, points.size(), label(point));
                if (fits(point)) {
                    rows.addAll(benchmark.measure(List.of(point)));
                }
            }
            progress.update(points.size(), points.size(), "");
        }
        if (rows.isEmpty()) {
            throw new IllegalStateException(
                    "no way to train fits the free memory, see the lines above; close other programs, or take a machine with more");
        }
        return new WholeStep(rows);
    }

    private static List<Point> points(Point store) {
        Point lean = store.with(Method.bdia(0.5), Backprop.REVERSIBLE).lean();
        return List.of(
                store,
                lean,
                lean.perBlock(HEAD_TOKENS).whole(),
                lean.perBlock(HEAD_TOKENS),
                store.with(Method.standard(), Backprop.CHECKPOINT).lean().perBlock(HEAD_TOKENS));
    }

    private static boolean fits(Point point) {
        double free = Capacity.freeBytes() / MIB;
        boolean fits = !Environment.device().equals(Device.cpu()) || predicted(point) < free;
        if (!fits) {
            Notebook.show(
                    String.format(
                            Locale.ROOT,
                            "%s is left out: it needs about %.0f MiB, and %.0f are free",
                            label(point),
                            predicted(point),
                            free));
        }
        return fits;
    }

    private static boolean updatesPerBlock(Point point) {
        return !point.equals(point.whole());
    }

    private static String label(Point p) {
        return String.format(
                Locale.ROOT,
                "%s (%s%s%s%s)",
                p.method(),
                p.backprop(),
                p.variant().equals("lean") ? ", lean" : "",
                p.headTokens() > 0 ? ", head of " + p.headTokens() + " tokens" : "",
                updatesPerBlock(p) ? ", updated per block" : "");
    }

    /** The short label under a bar. */
    private static String shortLabel(Point p) {
        return (p.backprop().equals("reversible") ? "bdia lean" : p.backprop())
                + (p.headTokens() > 0 ? ", head" : "")
                + (updatesPerBlock(p) ? ", per block" : "");
    }

    private static double predicted(Point p) {
        return MemoryModel.of(p.model(), p.computed())
                        .withHeadTokens(p.headTokens())
                        .total(
                                p.execution(),
                                p.batch(),
                                updatesPerBlock(p) ? Update.PER_BLOCK : Update.AFTER_BACKWARD)
                / MIB;
    }

    /**
     * The rows for results.json: task {@code whole-step}, stage {@code fast} or {@code lean}, with {@code -head} where the head is sliced
     * and {@code -per-block} where blocks are updated in the backward pass.
     */
    public List<Result> results() {
        List<Result> results = new ArrayList<>();
        for (Row row : rows) {
            double predicted = predicted(row.point());
            results.add(row(row, "total_mib", row.total()));
            results.add(row(row, "params_mib", row.parameters()));
            results.add(row(row, "predicted_total_mib", predicted));
            results.add(row(row, "prediction_error", Math.abs(predicted / row.total() - 1)));
            results.add(row(row, "step_ms", row.median()));
        }
        return results;
    }

    private static Result row(Row row, String metric, double value) {
        Point p = row.point();
        String stage =
                p.variant()
                        + (p.headTokens() > 0 ? "-head" : "")
                        + (updatesPerBlock(p) ? "-per-block" : "");
        double gamma = p.method().equals("bdia") ? 0.5 : 0;
        return new Result(
                "whole-step", p.method(), p.backprop(), 0, p.depth(), gamma, stage, metric, value);
    }

    /** A line per way to train: what rests between two steps, the peak above, their sum, what was predicted for it, and the time of a step. */
    @Override
    public Table table() {
        return RowTable.of("one whole training step, " + size() + ", MiB", rows)
                .text("way to train", row -> label(row.point()))
                .number("at rest", Row::rest)
                .number("peak above rest", Row::peak)
                .number("total", Row::total)
                .number("predicted", row -> predicted(row.point()))
                .number("step, s", row -> row.median() / 1_000)
                .table();
    }

    /** The total of every way to train, beside what the weights and AdamW's moments take in all of them. */
    public Figure totals() {
        List<String> labels = rows.stream().map(r -> shortLabel(r.point())).toList();
        ToDoubleFunction<Row> least = row -> 3 * row.parameters();
        return new Figure(
                "Memory of a whole training step",
                Axis.linear("way to train"),
                Axis.linear("MiB"),
                List.of(
                        Series.Bars.of(
                                "weights and moments",
                                labels,
                                rows.stream().mapToDouble(least).toArray()),
                        Series.Bars.of(
                                "total", labels, rows.stream().mapToDouble(Row::total).toArray())),
                new Caption(
                        List.of(MemoryResult.INPUTS),
                        Environment.current().profile(),
                        "seed 1",
                        size()
                                + ", "
                                + Hardware.describe()
                                + ", "
                                + MemoryResult.source(rows.get(0), Environment.device())));
    }

    /** Declares this measurement's rows in a notebook's report. */
    public void addTo(Report report) {
        report.useDevice(Environment.device().toString()).use(MemoryResult.INPUTS).add(results());
    }

    private String size() {
        Point p = rows.get(0).point();
        return String.format(
                Locale.ROOT,
                "GPT of %.0f million weights without dropout, K = %d, D = %d, B = %d, T = %d",
                rows.get(0).parameters() * MIB / Float.BYTES / 1e6,
                p.depth(),
                p.width(),
                p.batch(),
                p.tokens());
    }
}
