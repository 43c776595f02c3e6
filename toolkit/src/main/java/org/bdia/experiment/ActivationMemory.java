package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.measure.Benchmark;
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
 * Memory saved and time taken by an inverted GELU in one training step: of MLP branches alone, of a vision transformer and of a GPT, K = 6, stored
 * and reversed, each with and without, in a process of its own, those of one model side by side. Memory in MiB.
 */
public final class ActivationMemory implements Tabular {

    private static final int DEPTH = 6;

    /**
     * One way to train, without and with.
     *
     * @param exact with GELU as autograd differentiates it
     * @param inverted with the inverted one
     */
    private record Pair(Row exact, Row inverted) {

        Point point() {
            return exact.point();
        }

        boolean stores() {
            return point().backprop().equals("store");
        }

        String way() {
            return point().method() + ", " + (stores() ? "store" : point().variant());
        }

        double savedShare() {
            return 1 - inverted.saved() / exact.saved();
        }

        double timeRatio() {
            return inverted.toStore().median() / exact.toStore().median();
        }
    }

    private final List<Pair> pairs;

    private ActivationMemory(List<Pair> pairs) {
        this.pairs = pairs;
    }

    /** Measures at the benchmark's base size; for smoke with a quarter of its batch, and the fast variant alone. */
    static ActivationMemory measure() {
        boolean smoke = Environment.current().profile() == Profile.SMOKE;
        int rounds = smoke ? 3 : 7;
        var benchmark =
                new Benchmark(
                        Tools.fromEnvironment(),
                        Math.min(Benchmark.WARM_UP, rounds),
                        rounds,
                        line -> {});
        List<String> tasks = List.of("mlp", "vit", "gpt");
        List<Pair> pairs = new ArrayList<>();
        try (Progress progress =
                Notebook.progress("with and without inverted activations", "models")) {
            for (int i = 0; i < tasks.size(); i++) {
                progress.update(i, tasks.size(), tasks.get(i));
                Point base = Point.base(tasks.get(i), DEPTH);
                List<Row> rows =
                        benchmark.measure(
                                smoke
                                        ? points(base.withBatch(base.batch() / 4)).subList(0, 4)
                                        : points(base));
                for (int j = 0; j < rows.size(); j += 2) {
                    pairs.add(new Pair(rows.get(j), rows.get(j + 1)));
                }
            }
            progress.update(tasks.size(), tasks.size(), "");
        }
        return new ActivationMemory(pairs);
    }

    private static List<Point> points(Point store) {
        Point reversible = store.with(Method.bdia(0.5), Backprop.REVERSIBLE);
        List<Point> points = new ArrayList<>();
        for (Point exact : List.of(store, reversible, reversible.lean())) {
            points.add(exact);
            points.add(
                    exact.withActivation(
                            ActivationConfig.inverted(ActivationConfig.Function.GELU)));
        }
        return points;
    }

    /**
     * The rows for results.json: task {@code memory-mlp} …, method {@code standard} beside {@code standard+invact} …, stage {@code fast} or
     * {@code lean}; saved_mib is what is alive between the forward and the backward pass.
     */
    public List<Result> results() {
        List<Result> rows = new ArrayList<>();
        for (Pair pair : pairs) {
            for (Row row : List.of(pair.exact(), pair.inverted())) {
                rows.add(row(row, "saved_mib", row.saved()));
                rows.add(row(row, "peak_mib", row.peak()));
                rows.add(row(row, "step_ms", row.median()));
            }
            rows.add(row(pair.inverted(), "time_ratio_to_exact", pair.timeRatio()));
        }
        return rows;
    }

    private static Result row(Row row, String metric, double value) {
        Point p = row.point();
        return new Result(
                "memory-" + p.task(),
                p.method() + (p.activation().isInverted() ? "+invact" : ""),
                p.backprop(),
                0,
                p.depth(),
                p.method().equals("bdia") ? 0.5 : 0,
                p.variant(),
                metric,
                value);
    }

    /** A line per model and way: what is saved for the backward pass, and the peak above rest, without and with; and the time. */
    @Override
    public Table table() {
        return RowTable.of("one training step with GELU and with it inverted, K = 6, MiB", pairs)
                .text("model", p -> p.point().task())
                .text("trained by", Pair::way)
                .number("saved, GELU", p -> p.exact().saved())
                .number("saved, inverted", p -> p.inverted().saved())
                .number("less, %", p -> 100 * p.savedShare())
                .number("peak, GELU", p -> p.exact().peak())
                .number("peak, inverted", p -> p.inverted().peak())
                .number("time, inverted / GELU", Pair::timeRatio)
                .table();
    }

    /** The peak above rest of every model and way, without and with. */
    public Figure figure() {
        List<String> labels =
                pairs.stream()
                        .map(
                                p ->
                                        p.point().task()
                                                + " "
                                                + (p.stores() ? "store" : p.point().variant()))
                        .toList();
        Point p = pairs.get(0).point();
        return new Figure(
                "Peak memory of a training step with and without inverted activations",
                Axis.linear("model, way to train"),
                Axis.linear("peak above rest, MiB"),
                List.of(
                        Series.Bars.of(
                                "GELU",
                                labels,
                                pairs.stream().mapToDouble(q -> q.exact().peak()).toArray()),
                        Series.Bars.of(
                                "inverted GELU",
                                labels,
                                pairs.stream().mapToDouble(q -> q.inverted().peak()).toArray())),
                new Caption(
                        List.of(MemoryResult.INPUTS),
                        Environment.current().profile(),
                        "seed 1",
                        String.format(
                                Locale.ROOT,
                                "K = %d, D = %d, MLP %d, B · T = %d, %s",
                                p.depth(),
                                p.width(),
                                p.mlp(),
                                p.batch() * p.tokens(),
                                Hardware.describe())));
    }

    /** Declares this result's rows in a notebook's report. */
    public void addTo(Report report) {
        report.useDevice(Environment.device().toString()).use(MemoryResult.INPUTS).add(results());
    }
}
