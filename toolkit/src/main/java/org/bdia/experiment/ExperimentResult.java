package org.bdia.experiment;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
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
import org.bdia.run.Sample;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The finished runs of an experiment: rows, tables and figures. */
public final class ExperimentResult {

    private static final String GAP = "generalisation gap";

    /** What curves may show, and the metric of each. */
    private static final Map<String, String> CURVES =
            words(
                    "training loss",
                    "train_loss",
                    "validation loss",
                    "val_loss",
                    "validation accuracy",
                    "val_accuracy",
                    "validation perplexity",
                    "val_perplexity",
                    GAP,
                    "gap");

    /** The columns of the table, where the runs have them. */
    private static final Map<String, String> COLUMNS =
            words(
                    "training loss", "train_loss",
                    "validation loss", "val_loss",
                    "best validation loss", "best_val_loss",
                    "best validation accuracy", "best_val_accuracy",
                    "best validation perplexity", "best_val_perplexity",
                    "test loss", "test_loss",
                    "test accuracy", "test_accuracy",
                    "test perplexity", "test_perplexity",
                    "test BLEU", "test_bleu",
                    "test chrF", "test_chrf",
                    "test NIST", "test_nist",
                    "test ROUGE-L", "test_rouge_l",
                    "test CIDEr", "test_cider",
                    "hours a run", "hours");

    private final Profile profile;
    private final List<Outcome> outcomes;

    ExperimentResult(Profile profile, List<Outcome> outcomes) {
        this.profile = profile;
        this.outcomes = List.copyOf(outcomes);
    }

    /**
     * The rows for results.json: per run the last training loss, the last and the best of what was measured on the
     * validation data, the gap between the last two losses, what was measured on the test data after the last
     * epoch, and the hours.
     */
    public List<Result> results() {
        return outcomes.stream().flatMap(outcome -> RunRows.of(outcome).stream()).toList();
    }

    /** One line per variant, mean ± sample standard deviation over seeds. */
    public Table table() {
        Table table = Table.create("after the last epoch, mean ± std over seeds");
        table.addColumns(StringColumn.create("method", variants().stream().map(Variant::label)));
        Set<String> measured = results().stream().map(Result::metric).collect(Collectors.toSet());
        for (Map.Entry<String, String> column : COLUMNS.entrySet()) {
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

    private static Map<String, String> words(String... pairs) {
        Map<String, String> words = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            words.put(pairs[i], pairs[i + 1]);
        }
        return words;
    }

    /**
     * What the models of the first seed wrote: a line per input, with the reference and every variant's answer.
     *
     * @throws IllegalStateException if the task's models write nothing
     */
    public Table samples() {
        List<Outcome> first =
                outcomes.stream().filter(o -> o.config().seed() == seeds().get(0)).toList();
        List<Sample> any = first.get(0).record().samples();
        if (any.isEmpty()) {
            throw new IllegalStateException(
                    "there are no samples: models of "
                            + first.get(0).config().task().label()
                            + " write nothing");
        }
        Table table = Table.create("samples, seed " + seeds().get(0));
        table.addColumns(
                StringColumn.create("input", any.stream().map(Sample::input)),
                StringColumn.create("reference", any.stream().map(Sample::reference)));
        for (Outcome outcome : first) {
            table.addColumns(
                    StringColumn.create(
                            outcome.variant().label(),
                            outcome.record().samples().stream().map(Sample::output)));
        }
        return table;
    }

    /**
     * A metric of the last epoch over seeds, one method per variant label.
     *
     * @param metric for example {@code test_accuracy}
     */
    public Comparison compare(String metric) {
        List<Result> rows = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            for (Result row : RunRows.of(outcome)) {
                if (row.metric().equals(metric)) {
                    rows.add(named(row, outcome.variant().label()));
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

    /** The difference of two variants with its test and effect size, in words. */
    public String difference(String metric, String first, String second) {
        return metric + ", " + compare(metric).contrast(first, second).text();
    }

    /**
     * The mean curve of every variant over the epochs, in the band from lowest to highest seed.
     *
     * @param what training loss, validation loss, validation accuracy, validation perplexity, or generalisation gap:
     *     validation loss − training loss
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
            SortedMap<Integer, Double> points =
                    what.equals(GAP) ? RunRows.gap(outcome) : RunRows.points(outcome, metric);
            curves.add(
                    new Curve(
                            outcome.variant().label(),
                            outcome.config().seed(),
                            points.keySet().stream().map(epoch -> (double) epoch).toList(),
                            List.copyOf(points.values())));
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
        return outcomes.stream().map(Outcome::variant).distinct().toList();
    }
}
