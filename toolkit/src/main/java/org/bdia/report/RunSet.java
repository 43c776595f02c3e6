package org.bdia.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
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
import org.bdia.run.RunRecord;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Finished runs of one task, several seeds under each label: tables, statistics and curves. */
public final class RunSet implements Tabular {

    /** The quantities of curves, and the metric of each. */
    private static final Map<String, String> CURVES =
            words(
                    "training loss", "train_loss",
                    "validation loss", "val_loss",
                    "validation accuracy", "val_accuracy",
                    "validation perplexity", "val_perplexity",
                    "generalisation gap", RunMetrics.GAP);

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
        for (Labelled run : runs) {
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

    /**
     * Returns runs of one task, made under any profiles.
     *
     * @throws IllegalArgumentException if there is no run, or two have the same label and seed
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

    /** Returns the names of the curves that {@link #curves} can show. */
    List<String> curveNames() {
        return CURVES.keySet().stream()
                .filter(what -> !measured(CURVES.get(what)).isEmpty())
                .toList();
    }

    /** Returns one line per label: mean ± sample standard deviation over seeds, and the number of seeds. */
    @Override
    public Table table() {
        Table table = Table.create("after the last epoch, mean ± std over seeds");
        table.addColumns(StringColumn.create("method", labels()));
        Set<String> measured = metrics();
        COLUMNS.forEach(
                (words, metric) -> {
                    if (measured.contains(metric)) {
                        Map<String, String> cells = new HashMap<>();
                        compare(metric).summaries().forEach(s -> cells.put(s.method(), s.text()));
                        table.addColumns(
                                StringColumn.create(words, labels().stream().map(cells::get)));
                    }
                });
        return table;
    }

    /** Returns one line per run: its name, label and seed, and every metric. */
    public Table runs() {
        Table table = Table.create("runs");
        table.addColumns(
                StringColumn.create("run", runs.stream().map(run -> run.record().id())),
                StringColumn.create("method", runs.stream().map(Labelled::label)),
                LongColumn.create("seed", runs.stream().mapToLong(Labelled::seed)));
        for (String metric : metrics()) {
            table.addColumns(
                    DoubleColumn.create(
                            metric,
                            runs.stream()
                                    .map(run -> finals.get(run).get(metric))
                                    .toArray(Double[]::new)));
        }
        return table;
    }

    /**
     * Returns a metric over seeds, one method per label.
     *
     * @param metric for example {@code test_accuracy}, see {@link #finals(RunRecord)}
     * @throws IllegalArgumentException if no run has the metric
     */
    public Comparison compare(String metric) {
        Map<String, SortedMap<Long, Double>> values = new LinkedHashMap<>();
        finals.forEach(
                (run, numbers) -> {
                    if (numbers.containsKey(metric)) {
                        values.computeIfAbsent(run.label(), label -> new TreeMap<>())
                                .put(run.seed(), numbers.get(metric));
                    }
                });
        return Comparison.of(values, metric, List.copyOf(metrics()));
    }

    /**
     * Returns the mean curve of every label over the epochs, inside a band.
     *
     * @param what training loss, validation loss, validation accuracy, validation perplexity, or generalisation gap:
     *     validation loss − training loss
     * @throws IllegalArgumentException for any other word, or if no run has it
     */
    public Figure curves(String what, Curve.Band band) {
        if (!curveNames().contains(what)) {
            throw new IllegalArgumentException(
                    "there are no curves of '" + what + "'; choose one of " + curveNames());
        }
        return new Figure(
                what,
                Axis.linear("epoch"),
                Axis.linear(what),
                Curve.means(measured(CURVES.get(what)), band),
                caption());
    }

    /** Returns the data that the runs were trained on. */
    public List<Provenance> provenance() {
        Set<Provenance> all = new LinkedHashSet<>();
        for (Labelled run : runs) {
            var data = run.record().manifest().get("data");
            all.add(
                    new Provenance(
                            data.get("name").asText(),
                            data.get("source").asText(),
                            data.get("synthetic").asBoolean(),
                            data.get("sha256").asText()));
        }
        return List.copyOf(all);
    }

    /** Returns the data, seeds and hardware of the runs. */
    public Caption caption() {
        String hardware =
                runs.stream()
                        .map(run -> machine(run.record().manifest()))
                        .distinct()
                        .collect(Collectors.joining("; "));
        return Caption.of(provenance(), profile, seeds(), hardware);
    }

    private static String machine(JsonNode manifest) {
        int cores = manifest.get("cores").asInt();
        return manifest.get("cpu").asText()
                + ", "
                + (cores == 1 ? "1 core" : cores + " cores")
                + ", "
                + manifest.get("device").asText();
    }

    private List<Curve> measured(String metric) {
        List<Curve> curves = new ArrayList<>();
        for (Labelled run : runs) {
            SortedMap<Integer, Double> points = new RunMetrics(run.record()).points(metric);
            if (!points.isEmpty()) {
                curves.add(
                        new Curve(
                                run.label(),
                                run.seed(),
                                points.keySet().stream().map(epoch -> (double) epoch).toList(),
                                List.copyOf(points.values())));
            }
        }
        return curves;
    }

    private static Map<String, String> words(String... pairs) {
        Map<String, String> words = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            words.put(pairs[i], pairs[i + 1]);
        }
        return words;
    }
}
