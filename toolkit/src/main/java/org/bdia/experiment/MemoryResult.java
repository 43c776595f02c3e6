package org.bdia.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.bdia.data.Provenance;
import org.bdia.measure.MemoryModel;
import org.bdia.measure.Point;
import org.bdia.measure.Row;
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

/** The measurements of {@link MemoryExperiment}: rows, tables and figures. Memory in MiB, times in milliseconds. */
public final class MemoryResult implements Tabular {

    /** Neither memory nor time depends on what is learnt; they stand in for no data set, so they are not called synthetic. */
    static final Provenance INPUTS =
            new Provenance(
                    "no data set, random tensors",
                    "drawn for the measurement, normal images or uniform token ids",
                    false,
                    "");

    /** The quantity on the x axis. */
    enum Varied {
        DEPTH("depth", "K", "blocks K"),
        BATCH("batch size", "B", "batch size B"),
        TOKENS("length", "T", "tokens T, at constant B · T");

        final String word;
        final String symbol;
        private final String title;

        Varied(String word, String symbol, String title) {
            this.word = word;
            this.symbol = symbol;
            this.title = title;
        }

        Point apply(Point point, int value) {
            return switch (this) {
                case DEPTH -> point.withDepth(value);
                case BATCH -> point.withBatch(value);
                case TOKENS ->
                        point.withBatch(Math.max(1, point.batch() * point.tokens() / value))
                                .withTokens(value);
            };
        }

        int of(Point point) {
            return switch (this) {
                case DEPTH -> point.depth();
                case BATCH -> point.batch();
                case TOKENS -> point.tokens();
            };
        }
    }

    /**
     * One line's measurement at one size.
     *
     * @param row what was measured
     * @param at the size: K, B or T
     */
    record Measurement(Row row, int at) {

        Point point() {
            return row.point();
        }

        boolean planned() {
            return !List.of("fast", "lean").contains(point().variant());
        }

        boolean single() {
            return point().precision().equals("float32");
        }

        /** The name in figures; what comes before the bracket chooses the colour. */
        String label() {
            String variant = point().variant().equals("lean") ? ", lean" : "";
            String way = planned() ? "planned" : point().backprop() + variant;
            return point().method() + (single() ? "" : "-bf16") + " (" + way + ")";
        }

        /** The label in few letters, for under a bar. */
        String shortLabel() {
            boolean bdia = point().method().equals("bdia");
            String way =
                    point().backprop().equals("reversible")
                            ? point().variant()
                            : point().backprop();
            return planned() ? "planned" : (bdia ? "bdia " : "") + way;
        }

        /** The label, and what was planned. */
        String longLabel() {
            return label().replace("planned", "planned: " + point().variant());
        }

        /** The predicted peak above rest. */
        double predicted() {
            Point p = point();
            MemoryModel memory = MemoryModel.of(p.model(), p.computed());
            return memory.peak(p.execution(), p.batch()) / (double) (1 << 20);
        }
    }

    private final Profile profile;
    private final String device;
    private final Varied axis;
    private final Long budget;
    private final List<Measurement> measurements;

    MemoryResult(
            Profile profile,
            String device,
            Varied axis,
            Long budget,
            List<Measurement> measurements) {
        this.profile = profile;
        this.device = device;
        this.axis = axis;
        this.budget = budget;
        this.measurements = List.copyOf(measurements);
    }

    /**
     * The rows for results.json: task {@code memory-vit} or {@code memory-gpt}, stage such as {@code fast-float32}, with the batch
     * or the length behind it where that varies, and {@code planned-float32} for the plan.
     */
    public List<Result> results() {
        List<Result> rows = new ArrayList<>();
        for (Measurement m : measurements) {
            rows.add(row(m, "peak_mib", m.row().peak()));
            rows.add(row(m, "total_mib", m.row().total()));
            rows.add(row(m, "side_mib", m.point().sideMib()));
            rows.add(row(m, "params_mib", m.row().parameters()));
            rows.add(row(m, "predicted_peak_mib", m.predicted()));
            rows.add(row(m, "prediction_error", Math.abs(m.predicted() / m.row().peak() - 1)));
            rows.add(row(m, "step_ms", m.row().median()));
            rows.add(row(m, "time_ratio_to_store", m.row().toStore().median()));
        }
        return rows;
    }

    private Result row(Measurement m, String metric, double value) {
        Point p = m.point();
        String stage =
                (m.planned() ? "planned" : p.variant())
                        + "-"
                        + p.precision()
                        + (axis == Varied.DEPTH ? "" : "-" + axis.symbol + m.at());
        boolean bdia = p.method().equals("bdia");
        String size = p.width() == Point.paper().width() ? "memory-paper" : "memory-" + p.task();
        return new Result(
                size, p.method(), p.backprop(), 0, p.depth(), bdia ? 0.5 : 0, stage, metric, value);
    }

    /** One line per measurement: sizes, what takes the memory, what was predicted, and the time. */
    @Override
    public Table table() {
        return RowTable.of("one training step, " + base(), measurements)
                .text("method", Measurement::longLabel)
                .whole(axis.symbol, Measurement::at)
                .number("at rest, MiB", m -> m.row().total() - m.row().peak())
                .number("side bits", m -> m.point().sideMib())
                .number("peak above rest", m -> m.row().peak())
                .number("predicted", Measurement::predicted)
                .number("total", m -> m.row().total())
                .number("step, ms", m -> m.row().median())
                .number("time / store", m -> m.row().toStore().median())
                .table();
    }

    /** The peak above rest against what varies, in float32, log axis. */
    public Figure peaks() {
        List<Series> lines = new ArrayList<>();
        byLabel()
                .forEach(
                        (label, of) ->
                                lines.add(
                                        Series.Line.of(
                                                label,
                                                of.stream().mapToDouble(Measurement::at).toArray(),
                                                of.stream()
                                                        .mapToDouble(m -> m.row().peak())
                                                        .toArray())));
        return new Figure(
                "Peak memory of a training step",
                Axis.linear(axis.title),
                Axis.log("peak above rest, MiB"),
                lines,
                caption());
    }

    /** Memory by kind at the largest size, in float32, as points on a log axis: parameters, gradients, optimiser, activations and side bits. */
    public Figure breakdown() {
        List<Measurement> of = atTheLargest().stream().filter(Measurement::single).toList();
        List<String> labels = of.stream().map(Measurement::shortLabel).toList();
        Map<String, ToDoubleFunction<Measurement>> parts = new LinkedHashMap<>();
        parts.put("parameters", m -> m.row().parameters());
        parts.put("gradients", m -> m.row().parameters());
        parts.put("optimiser", m -> 2 * m.row().parameters());
        parts.put("activations", m -> m.row().peak() - m.point().sideMib());
        parts.put("side bits", m -> m.point().sideMib());
        List<Series> bars = new ArrayList<>();
        parts.forEach(
                (part, value) ->
                        bars.add(
                                Series.Bars.of(
                                        part, labels, of.stream().mapToDouble(value).toArray())));
        return new Figure(
                "What takes the memory, " + axis.symbol + " = " + of.get(0).at(),
                Axis.linear("method"),
                Axis.log("MiB"),
                bars,
                caption());
    }

    /** Time beside peak memory at the largest size: what lies below and to the left of another is better. */
    public Figure timeBesideMemory() {
        List<Measurement> of = atTheLargest();
        List<Series> points = new ArrayList<>();
        for (Measurement m : of) {
            points.add(
                    Series.Points.of(
                            m.label(),
                            new double[] {m.row().peak()},
                            new double[] {m.row().median()}));
        }
        return new Figure(
                "Time beside memory of a training step, " + axis.symbol + " = " + of.get(0).at(),
                Axis.log("peak above rest, MiB"),
                Axis.linear("step, ms (median)"),
                points,
                caption());
    }

    private Map<String, List<Measurement>> byLabel() {
        Map<String, List<Measurement>> lines = new LinkedHashMap<>();
        for (Measurement m : measurements) {
            if (m.single()) {
                String budgeted = m.planned() ? ", " + (budget >> 20) + " MiB" : "";
                lines.computeIfAbsent(m.label() + budgeted, l -> new ArrayList<>()).add(m);
            }
        }
        return lines;
    }

    private List<Measurement> atTheLargest() {
        int largest = measurements.stream().mapToInt(Measurement::at).max().orElseThrow();
        return measurements.stream().filter(m -> m.at() == largest).toList();
    }

    /** Declares this result's rows in a notebook's report. */
    public void addTo(Report report) {
        report.useDevice(device).use(INPUTS).add(results());
    }

    private Caption caption() {
        return new Caption(
                List.of(INPUTS),
                profile,
                "seed 1",
                base()
                        + ", "
                        + Hardware.describe()
                        + ", "
                        + source(measurements.get(0).row(), device));
    }

    private String base() {
        Point p = measurements.get(0).point();
        String fixed =
                switch (axis) {
                    case DEPTH ->
                            String.format(Locale.ROOT, "B = %d, T = %d", p.batch(), p.tokens());
                    case BATCH ->
                            String.format(Locale.ROOT, "K = %d, T = %d", p.depth(), p.tokens());
                    case TOKENS ->
                            String.format(
                                    Locale.ROOT,
                                    "K = %d, B · T = %d",
                                    p.depth(),
                                    p.batch() * p.tokens());
                };
        return String.format(
                Locale.ROOT, "%s, D = %d, MLP %d, %s", p.task(), p.width(), p.mlp(), fixed);
    }

    /** How peaks were found, in words. */
    static String source(Row row, Object device) {
        return switch (row.source()) {
            case "counted" -> "peaks counted";
            case "cuda" -> "peaks of the CUDA allocator on " + device;
            default -> "peaks of the resident set";
        };
    }
}
