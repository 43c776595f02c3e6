package org.bdia.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.bdia.data.Provenance;
import org.bdia.run.MetricRow;
import org.bdia.run.RunRecord;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Finished runs of one task, several seeds under each label: tables, statistics and curves. */
public final class RunSet implements Tabular {

    /** The metrics of curves. */
    private static final List<String> CURVES =
            List.of("train_loss", "val_loss", "val_accuracy", "val_perplexity", RunMetrics.GAP);

    static final String METRIC = "metric";
    static final String VALUE = "value";

    /** The columns by which {@link Tables} knows that the values of a table are of the metrics beside them. */
    static final List<String> MEASURED = List.of("stage", METRIC, VALUE);

    /** The metrics of the table, where the runs have them. */
    private static final List<String> COLUMNS =
            List.of(
                    "train_loss",
                    "val_loss",
                    "best_val_loss",
                    "best_val_accuracy",
                    "best_val_perplexity",
                    "test_loss",
                    "test_accuracy",
                    "test_perplexity",
                    "test_bleu",
                    "test_loss_at_best",
                    "test_accuracy_at_best",
                    "test_bleu_at_best",
                    "test_chrf",
                    "test_nist",
                    "test_rouge_l",
                    "test_cider",
                    "hours");

    /**
     * A finished run and the name of the line that it belongs to in a comparison.
     *
     * @param label the line's name, the same for all seeds
     * @param seed the run's seed
     * @param record what the run left behind
     */
    public record Labelled(String label, long seed, RunRecord record) {}

    private final List<Labelled> runs;
    private final Optional<Profile> profile;
    private final Map<Labelled, Map<String, Double>> finals = new LinkedHashMap<>();

    private RunSet(List<Labelled> runs, Optional<Profile> profile) {
        this.runs = List.copyOf(runs);
        this.profile = profile;
        Map<String, String> seen = new HashMap<>();
        Map<JsonNode, RunRecord> ofTask = new HashMap<>();
        for (Labelled run : runs) {
            RunRecord first = ofTask.putIfAbsent(run.record().config().get("task"), run.record());
            if (first != null && !sameData(first.data(), run.record().data())) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "runs %s and %s of the same task were made on different data, %s and %s; train one of them anew,"
                                        + " once its folder is removed",
                                first.id(),
                                run.record().id(),
                                first.data(),
                                run.record().data()));
            }
            finals.put(run, new RunMetrics(run.record()).finals());
            String other = seen.put(run.label() + " " + run.seed(), run.record().id());
            if (other != null) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "runs %s and %s are both %s with seed %d; compare one of them",
                                other,
                                run.record().id(),
                                run.label(),
                                run.seed()));
            }
        }
    }

    /** Compares digest and source: the digest is the training file's, the source holds those of the others. */
    private static boolean sameData(Provenance one, Provenance other) {
        return one.sha256().equals(other.sha256()) && one.source().equals(other.source());
    }

    /**
     * Returns runs of one task, made under any profiles.
     *
     * @throws IllegalArgumentException if there is no run, two have the same label and seed, or two of the same task were made on
     *     different data
     */
    public static RunSet of(List<Labelled> runs) {
        if (runs.isEmpty()) {
            throw new IllegalArgumentException("there are no runs to compare");
        }
        return new RunSet(runs, Optional.empty());
    }

    /** Returns the same runs, made under a profile, which captions then name. */
    public RunSet withProfile(Profile value) {
        return new RunSet(runs, Optional.of(value));
    }

    /** Returns the labels, in the order of their first runs. */
    public List<String> labels() {
        return runs.stream().map(Labelled::label).distinct().toList();
    }

    /** Returns the seeds, ascending. */
    public List<Long> seeds() {
        return runs.stream().map(Labelled::seed).distinct().sorted().toList();
    }

    /** Returns every metric that a run has, see {@link #finals(RunRecord)}. */
    public Set<String> metrics() {
        return finals.values().stream()
                .flatMap(values -> values.keySet().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /**
     * Returns one number per metric of a run: the last value of each, the best ({@code best_val_loss}: the lowest, of accuracies
     * the highest) of those on validation data, the last {@code gap}, and the {@code hours}.
     */
    public static Map<String, Double> finals(RunRecord record) {
        return new RunMetrics(record).finals();
    }

    /** Returns the ids of the metrics that {@link #curves} can show. */
    List<String> curveMetrics() {
        return CURVES.stream().filter(metric -> !measured(new Metric(metric)).isEmpty()).toList();
    }

    /**
     * Returns one row per label: {@code method}, and per metric the mean over seeds, their sample standard deviation and their
     * number, for example {@code validation loss}, {@code validation loss std} and {@code validation loss n}, all numeric.
     * Accuracies are fractions, shown in per cent.
     */
    @Override
    public Table table() {
        Table table = Table.create("after the last epoch, mean ± std over seeds");
        table.addColumns(StringColumn.create("method", labels()));
        Set<String> measured = metrics();
        for (String id : COLUMNS) {
            if (measured.contains(id)) {
                Map<String, Comparison.Summary> summaries = new HashMap<>();
                compare(id).summaries().forEach(s -> summaries.put(s.method(), s));
                new Metric(id)
                        .columns(
                                labels().stream()
                                        .map(label -> Optional.ofNullable(summaries.get(label)))
                                        .toList())
                        .forEach(table::addColumns);
            }
        }
        return table;
    }

    /**
     * Returns one row per run: {@code method}, {@code seed}, {@code run} (its id) and {@code epochs}, then every metric of {@link
     * #finals(RunRecord)} by its id, for example {@code best_val_loss}; missing where a run has it not. Accuracies are fractions,
     * shown in per cent.
     */
    public Table runs() {
        RowTable<Labelled> table =
                RowTable.of("runs", runs)
                        .text("method", Labelled::label)
                        .wide("seed", Labelled::seed)
                        .text("run", run -> run.record().id())
                        .whole("epochs", RunSet::epochs);
        for (String id : metrics()) {
            List<Double> values = new ArrayList<>();
            runs.forEach(run -> values.add(finals.get(run).get(id)));
            table.with(new Metric(id).column(id, values));
        }
        return table.table();
    }

    private static int epochs(Labelled run) {
        return run.record().metrics().stream().mapToInt(MetricRow::epoch).max().orElse(0);
    }

    /**
     * Returns one row per number that a run measured: {@code method}, {@code seed}, {@code epoch} (0 before training), {@code
     * stage} ({@code train}, {@code val} or {@code test}), {@code metric} (for example {@code loss}) and {@code value}.
     * Accuracies are fractions, shown in per cent.
     */
    public Table epochs() {
        StringColumn methods = StringColumn.create("method");
        LongColumn seeds = LongColumn.create("seed");
        IntColumn epochs = IntColumn.create("epoch");
        StringColumn stages = StringColumn.create("stage");
        StringColumn metrics = StringColumn.create(METRIC);
        DoubleColumn values = DoubleColumn.create(VALUE);
        for (Labelled run : runs) {
            for (MetricRow row : run.record().metrics()) {
                methods.append(run.label());
                seeds.append(run.seed());
                epochs.append(row.epoch());
                stages.append(row.split());
                metrics.append(row.metric());
                values.append(row.value());
            }
        }
        return Table.create("epochs", methods, seeds, epochs, stages, metrics, values);
    }

    /**
     * Returns a metric over seeds, one method per label.
     *
     * @param name for example {@code test_accuracy} or test accuracy, see {@link #finals(RunRecord)}
     * @throws IllegalArgumentException if no run has the metric
     */
    public Comparison compare(String name) {
        Metric metric = Metric.of(name, metrics());
        Map<String, SortedMap<Long, Double>> values = new LinkedHashMap<>();
        finals.forEach(
                (run, numbers) -> {
                    if (numbers.containsKey(metric.id())) {
                        values.computeIfAbsent(run.label(), label -> new TreeMap<>())
                                .put(run.seed(), numbers.get(metric.id()));
                    }
                });
        return new Comparison(metric, values);
    }

    /**
     * Returns a metric over seeds at one epoch.
     *
     * @throws IllegalArgumentException if a run did not measure it then
     */
    Comparison compareAt(Metric metric, int epoch) {
        Map<String, SortedMap<Long, Double>> values = new LinkedHashMap<>();
        for (Labelled run : runs) {
            SortedMap<Integer, Double> points = new RunMetrics(run.record()).points(metric.id());
            if (!points.containsKey(epoch)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s, seed %d, has no %s of epoch %d; it has those of epochs %s",
                                run.label(),
                                run.seed(),
                                metric.words(),
                                epoch,
                                points.keySet()));
            }
            values.computeIfAbsent(run.label(), label -> new TreeMap<>())
                    .put(run.seed(), points.get(epoch));
        }
        return new Comparison(metric, values);
    }

    /**
     * Returns the mean curve of every label over the epochs, inside a band of one sample standard deviation to either side.
     *
     * @param name training loss, validation loss, validation accuracy (in per cent), validation perplexity, or generalisation gap:
     *     validation loss − training loss, which is the mean of the epoch's batches; or an id such as {@code val_loss}
     * @throws IllegalArgumentException for any other name, or if no run has it
     */
    public Figure curves(String name) {
        Metric metric = Metric.of(name, curveMetrics());
        List<Curve> seeds = measured(metric);
        List<Series> curves = Curve.means(seeds);
        return new Figure(
                metric.words(),
                Axis.linear("epoch"),
                Axis.fitted(metric.title(), curves),
                curves,
                caption().ofMeans(seeds, curves));
    }

    /** Returns the data that the runs were trained on. */
    public List<Provenance> provenance() {
        return runs.stream().map(run -> run.record().data()).distinct().toList();
    }

    /** Returns the data, seeds and hardware of the runs. */
    public Caption caption() {
        return caption(List.of(this));
    }

    /** Returns the caption of what several sets show, made under the profile of the first. */
    static Caption caption(Collection<RunSet> sets) {
        List<Labelled> all = sets.stream().flatMap(set -> set.runs.stream()).toList();
        return Caption.of(
                all.stream().map(run -> run.record().data()).distinct().toList(),
                sets.iterator().next().profile,
                all.stream().map(Labelled::seed).distinct().sorted().toList(),
                all.stream()
                        .map(run -> machine(run.record().manifest()))
                        .distinct()
                        .collect(Collectors.joining("; ")));
    }

    private static String machine(JsonNode manifest) {
        return Hardware.processor(manifest.get("cpu").asText(), manifest.get("cores").asInt())
                + " a run, "
                + manifest.get("device").asText();
    }

    private List<Curve> measured(Metric metric) {
        List<Curve> curves = new ArrayList<>();
        for (Labelled run : runs) {
            SortedMap<Integer, Double> points = new RunMetrics(run.record()).points(metric.id());
            if (!points.isEmpty()) {
                curves.add(
                        new Curve(
                                run.label(),
                                run.seed(),
                                points.keySet().stream().map(epoch -> (double) epoch).toList(),
                                points.values().stream().map(metric::shown).toList()));
            }
        }
        return curves;
    }
}
