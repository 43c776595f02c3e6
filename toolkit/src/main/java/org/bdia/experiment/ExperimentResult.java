package org.bdia.experiment;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.bdia.data.Provenance;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Axis;
import org.bdia.report.Caption;
import org.bdia.report.Comparison;
import org.bdia.report.Curve;
import org.bdia.report.Figure;
import org.bdia.report.Figures;
import org.bdia.report.Profile;
import org.bdia.report.Report;
import org.bdia.report.Result;
import org.bdia.run.MetricRow;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The finished runs of an experiment: rows, tables and figures. */
public final class ExperimentResult {

    private static final Map<String, String> CURVES = new LinkedHashMap<>();

    static {
        CURVES.put("training loss", "train_loss");
        CURVES.put("validation loss", "val_loss");
        CURVES.put("validation accuracy", "val_accuracy");
    }

    private final Profile profile;
    private final List<Outcome> outcomes;

    ExperimentResult(Profile profile, List<Outcome> outcomes) {
        this.profile = profile;
        this.outcomes = List.copyOf(outcomes);
    }

    /**
     * The rows for results.json: per run the last training loss, the last and the best validation loss and
     * accuracy, the test loss and accuracy after the last epoch, and the hours.
     */
    public List<Result> results() {
        return outcomes.stream().flatMap(outcome -> rows(outcome).stream()).toList();
    }

    private static List<Result> rows(Outcome outcome) {
        List<Result> rows = new ArrayList<>();
        series(outcome)
                .forEach(
                        (metric, values) -> {
                            rows.add(row(outcome, metric, values.get(values.size() - 1)));
                            if (metric.equals("val_loss")) {
                                rows.add(row(outcome, "best_val_loss", Collections.min(values)));
                            } else if (metric.equals("val_accuracy")) {
                                rows.add(
                                        row(outcome, "best_val_accuracy", Collections.max(values)));
                            }
                        });
        rows.add(row(outcome, "hours", outcome.record().manifest().get("hours").asDouble()));
        return rows;
    }

    /** One line per variant, mean ± sample standard deviation over seeds. */
    public Table table() {
        Table table = Table.create("after the last epoch, mean ± std over seeds");
        table.addColumns(StringColumn.create("method", variants().stream().map(Variant::label)));
        Set<String> measured = results().stream().map(Result::metric).collect(Collectors.toSet());
        for (Map.Entry<String, String> column : columns().entrySet()) {
            if (!measured.contains(column.getValue())) {
                continue; // without validation images, say
            }
            Comparison comparison = compare(column.getValue());
            table.addColumns(
                    StringColumn.create(
                            column.getKey(),
                            variants().stream().map(v -> comparison.summary(v.label()).text())));
        }
        return table;
    }

    private static Map<String, String> columns() {
        Map<String, String> columns = new LinkedHashMap<>();
        columns.put("training loss", "train_loss");
        columns.put("validation loss", "val_loss");
        columns.put("best validation accuracy", "best_val_accuracy");
        columns.put("test loss", "test_loss");
        columns.put("test accuracy", "test_accuracy");
        columns.put("hours a run", "hours");
        return columns;
    }

    /**
     * A metric of the last epoch over seeds, one method per variant label.
     *
     * @param metric for example {@code test_accuracy}
     */
    public Comparison compare(String metric) {
        List<Result> rows = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            for (Result row : rows(outcome)) {
                if (row.metric().equals(metric)) {
                    rows.add(named(row, variant(outcome).label()));
                }
            }
        }
        return Comparison.of(rows, metric);
    }

    private static Result named(Result row, String label) {
        return new Result(
                row.task(),
                label,
                row.backprop(),
                row.seed(),
                row.depth(),
                row.gamma(),
                row.stage(),
                row.metric(),
                row.value());
    }

    /** The difference of two variants with its paired test, in words. */
    public String difference(String metric, String first, String second) {
        Comparison.Paired paired = compare(metric).paired(first, second);
        String test =
                Double.isNaN(paired.pValue())
                        ? "no test"
                        : String.format(Locale.ROOT, "paired t-test p = %.3f", paired.pValue());
        return metric
                + ", "
                + paired.difference().method()
                + ": "
                + paired.difference().text()
                + ", "
                + test;
    }

    /**
     * The mean curve of every variant over the epochs, in the band from lowest to highest seed.
     *
     * @param what training loss, validation loss or validation accuracy
     * @throws IllegalArgumentException for any other word
     */
    public Figure curves(String what) {
        String metric = CURVES.get(what);
        if (metric == null) {
            throw new IllegalArgumentException(
                    "there are no curves of '" + what + "'; choose one of " + CURVES.keySet());
        }
        List<Curve> curves = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            List<MetricRow> rows =
                    outcome.record().metrics().stream()
                            .filter(row -> name(row).equals(metric))
                            .toList();
            curves.add(
                    new Curve(
                            variant(outcome).label(),
                            outcome.config().seed(),
                            rows.stream().map(row -> (double) row.epoch()).toList(),
                            rows.stream().map(MetricRow::value).toList()));
        }
        return Figures.curves(
                what,
                Axis.linear("epoch"),
                Axis.linear(what),
                curves,
                Figures.Band.RANGE,
                caption());
    }

    /** Declares this result's data and rows in a notebook's report. */
    public void addTo(Report report) {
        provenance().forEach(report::use);
        devices().stream().filter(device -> !device.equals("cpu()")).forEach(report::useDevice);
        report.add(results());
    }

    /** The data that the runs were trained on. */
    public List<Provenance> provenance() {
        Set<Provenance> all = new LinkedHashSet<>();
        for (Outcome outcome : outcomes) {
            var data = outcome.record().manifest().get("data");
            all.add(
                    new Provenance(
                            data.get("name").asText(),
                            data.get("source").asText(),
                            data.get("synthetic").asBoolean(),
                            data.get("sha256").asText()));
        }
        return List.copyOf(all);
    }

    /** The seeds, ascending. */
    public List<Long> seeds() {
        return outcomes.stream().map(o -> o.config().seed()).distinct().sorted().toList();
    }

    private List<String> devices() {
        return outcomes.stream()
                .map(outcome -> outcome.record().manifest().get("device").asText())
                .distinct()
                .toList();
    }

    private Caption caption() {
        String hardware =
                outcomes.stream()
                        .map(o -> o.record().manifest())
                        .map(
                                m ->
                                        m.get("cpu").asText()
                                                + ", "
                                                + m.get("cores").asInt()
                                                + " cores, "
                                                + m.get("device").asText())
                        .distinct()
                        .collect(Collectors.joining("; "));
        return Caption.of(provenance(), profile, seeds(), hardware);
    }

    private List<Variant> variants() {
        return outcomes.stream().map(ExperimentResult::variant).distinct().toList();
    }

    private static Variant variant(Outcome outcome) {
        return new Variant(outcome.config().method(), outcome.config().backprop());
    }

    private static Map<String, List<Double>> series(Outcome outcome) {
        return outcome.record().metrics().stream()
                .collect(
                        Collectors.groupingBy(
                                ExperimentResult::name,
                                LinkedHashMap::new,
                                Collectors.mapping(MetricRow::value, Collectors.toList())));
    }

    private static String name(MetricRow row) {
        return row.split() + "_" + row.metric();
    }

    private static Result row(Outcome outcome, String metric, double value) {
        Variant variant = variant(outcome);
        return new Result(
                outcome.config().task().label(),
                variant.resultLabel(),
                variant.backpropLabel(),
                outcome.config().seed(),
                outcome.config().model().depth(),
                variant.gamma(),
                "trained",
                metric,
                value);
    }
}
