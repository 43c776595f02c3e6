package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Method;
import org.bdia.data.Provenance;
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
import org.bdia.reversible.Reconstruction;
import tech.tablesaw.api.Table;

/** The measurements of {@link ExactnessExperiment}: rows, a table and figures. */
public final class ExactnessResult implements Tabular {

    /**
     * One stack's reconstruction.
     *
     * @param method what was computed
     * @param depth K
     * @param stage initial or trained
     * @param reconstruction every state, rebuilt against made
     */
    record Measurement(Method method, int depth, String stage, Reconstruction reconstruction) {

        double gamma() {
            return method.gamma();
        }

        String label() {
            String gamma = gamma() == 0 ? "" : ", γ = ±" + (gamma() == 0.5 ? "½" : "¼");
            return method.label() + gamma;
        }
    }

    private final Profile profile;
    private final Provenance data;
    private final String device;
    private final int steps;
    private final int batch;
    private final List<Measurement> measurements;

    ExactnessResult(
            Profile profile,
            Provenance data,
            String device,
            int steps,
            int batch,
            List<Measurement> measurements) {
        this.profile = profile;
        this.data = data;
        this.device = device;
        this.steps = steps;
        this.batch = batch;
        this.measurements = List.copyOf(measurements);
    }

    /** The rows for results.json: mismatches, activations compared and the input's error, per measurement. */
    public List<Result> results() {
        List<Result> rows = new ArrayList<>();
        for (Measurement m : measurements) {
            Reconstruction r = m.reconstruction();
            rows.add(row(m, "mismatches", (double) r.mismatches()));
            rows.add(row(m, "activations", (double) r.activations()));
            rows.add(row(m, "input_error", r.inputError()));
        }
        return rows;
    }

    private static Result row(Measurement m, String metric, double value) {
        return new Result(
                "exactness",
                m.method().label(),
                "reversible",
                0,
                m.depth(),
                m.gamma(),
                m.stage(),
                metric,
                value);
    }

    /** One line per measurement. */
    @Override
    public Table table() {
        String title = "states rebuilt, batch " + batch + ", before and after " + steps + " steps";
        return RowTable.of(title, measurements)
                .text("method", Measurement::label)
                .whole("K", Measurement::depth)
                .text("stage", Measurement::stage)
                .wide("activations compared", m -> m.reconstruction().activations())
                .wide("mismatches", m -> m.reconstruction().mismatches())
                .number("error of x0", m -> m.reconstruction().inputError())
                .table();
    }

    /** The error of the rebuilt input against depth, log axis: the paper's Figure 2 and the curve it lacks. */
    public Figure againstDepth() {
        List<Series> lines = new ArrayList<>();
        for (String label : labels()) {
            List<Measurement> of = select(label, "trained");
            lines.add(
                    Series.Line.of(
                            label,
                            of.stream().mapToDouble(Measurement::depth).toArray(),
                            of.stream()
                                    .mapToDouble(m -> m.reconstruction().inputError())
                                    .toArray()));
        }
        return new Figure(
                "Reconstruction error of the input after " + steps + " training steps",
                Axis.linear("blocks K"),
                Axis.log("max |x0 rebuilt − x0|"),
                lines,
                caption());
    }

    /** The error of every state of the deepest stack, log axis. */
    public Figure insideTheDeepest() {
        int deepest = measurements.stream().mapToInt(Measurement::depth).max().orElseThrow();
        List<Series> lines = new ArrayList<>();
        for (String label : labels()) {
            for (Measurement m : select(label, "trained")) {
                if (m.depth() == deepest) {
                    var states = m.reconstruction().states();
                    lines.add(
                            Series.Line.of(
                                    label,
                                    states.stream().mapToDouble(s -> block(s, m)).toArray(),
                                    states.stream().mapToDouble(s -> s.maxError()).toArray()));
                }
            }
        }
        return new Figure(
                "Reconstruction error of every state, K = " + deepest,
                Axis.linear("state behind block k"),
                Axis.log("max |x_k rebuilt − x_k|"),
                lines,
                caption());
    }

    /** RevNet makes a state behind every half block. */
    private static double block(Reconstruction.StateError state, Measurement m) {
        int steps = m.reconstruction().states().size() - 1;
        return (double) state.index() * m.depth() / steps;
    }

    private List<String> labels() {
        return measurements.stream().map(Measurement::label).distinct().toList();
    }

    private List<Measurement> select(String label, String stage) {
        return measurements.stream()
                .filter(m -> m.label().equals(label) && m.stage().equals(stage))
                .toList();
    }

    /** Declares this result's data and rows in a notebook's report. */
    public void addTo(Report report) {
        report.useDevice(device).use(data).add(results());
    }

    private Caption caption() {
        return Caption.of(
                List.of(data),
                profile,
                List.of(0L),
                "batch " + batch + ", " + Hardware.describe() + ", " + device);
    }
}
