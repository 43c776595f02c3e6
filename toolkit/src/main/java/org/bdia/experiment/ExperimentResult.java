package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.data.Provenance;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.nn.ReversibleModel;
import org.bdia.report.Comparison;
import org.bdia.report.DifferenceMap;
import org.bdia.report.Figure;
import org.bdia.report.Metric;
import org.bdia.report.Profile;
import org.bdia.report.Report;
import org.bdia.report.Result;
import org.bdia.report.RunSet;
import org.bdia.report.Tabular;
import org.bdia.run.RunStore;
import org.bdia.run.Sample;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** The finished runs of an experiment: rows, tables and figures. */
public final class ExperimentResult implements Tabular {

    private final Profile profile;
    private final List<Outcome> outcomes;
    private final RunSet runs;

    /** Cache of workloads by task; reading data takes seconds. */
    private final Map<TaskConfig, Workload> data = new ConcurrentHashMap<>();

    ExperimentResult(Profile profile, List<Outcome> outcomes) {
        this.profile = profile;
        this.outcomes = List.copyOf(outcomes);
        runs =
                RunSet.of(
                                outcomes.stream()
                                        .map(
                                                o ->
                                                        new RunSet.Labelled(
                                                                o.variant().label(),
                                                                o.config().seed(),
                                                                o.record()))
                                        .toList())
                        .withProfile(profile);
    }

    /**
     * The rows for results.json: per run the last training loss, the last and the best of what was measured on the
     * validation data, the gap between the last two losses, what was measured on the test data after the last
     * epoch, and the hours.
     */
    public List<Result> results() {
        return outcomes.stream()
                .flatMap(outcome -> RunRows.of(outcome, RunRows.TRAINED).stream())
                .toList();
    }

    /**
     * Some of the variants alone, for a table or a figure that asks one question.
     *
     * @param labels variants by their names in tables, see {@link Variant#label}
     * @throws IllegalArgumentException if there is no variant of such a name
     */
    public ExperimentResult only(String... labels) {
        for (String label : labels) {
            if (!runs.labels().contains(label)) {
                throw new IllegalArgumentException(
                        "there is no variant '" + label + "'; choose from " + runs.labels());
            }
        }
        List<String> wanted = List.of(labels);
        return new ExperimentResult(
                profile,
                outcomes.stream().filter(o -> wanted.contains(o.variant().label())).toList());
    }

    /**
     * The variant whose mean over seeds is the lowest: what a search over learning rates chooses by a validation loss.
     *
     * @param metric for example {@code best_val_loss} or best validation loss
     * @throws IllegalArgumentException if no run has the metric, or it is one of the test data, which choose nothing
     */
    public Variant lowest(String metric) {
        if (Metric.of(metric, runs.metrics()).id().startsWith("test_")) {
            throw new IllegalArgumentException(
                    metric
                            + " is of the test data; choose by a validation metric, such as val_loss");
        }
        String label =
                compare(metric).summaries().stream()
                        .min(Comparator.comparingDouble(Comparison.Summary::mean))
                        .orElseThrow()
                        .method();
        return outcomes.stream()
                .map(Outcome::variant)
                .filter(variant -> variant.label().equals(label))
                .findFirst()
                .orElseThrow();
    }

    /**
     * Returns one row per variant, {@code method}, with numeric columns per metric, for example {@code validation loss} (the mean
     * over seeds), {@code validation loss std} (their sample standard deviation) and {@code validation loss n} (their number);
     * shown as {@code 0.512 ± 0.013 (n = 3)}. Accuracies are fractions, shown in per cent.
     */
    @Override
    public Table table() {
        return runs.table();
    }

    /**
     * Returns one row per run: {@code method}, {@code seed}, {@code run} (its id), {@code epochs}, then every last and best metric
     * by its id, as in results.json, for example {@code best_val_loss}. Accuracies are fractions, shown in per cent.
     */
    public Table runs() {
        return runs.runs();
    }

    /**
     * Returns one row per number that was measured along the way: {@code method}, {@code seed}, {@code epoch} (0 before training),
     * {@code stage} ({@code train}, {@code val} or {@code test}), {@code metric} (for example {@code loss}) and {@code value}.
     * Accuracies are fractions, shown in per cent.
     */
    public Table epochs() {
        return runs.epochs();
    }

    /**
     * Outputs of the models of the first seed: a line per input, with the reference and every variant's answer.
     *
     * @throws IllegalStateException if the task's models write nothing, or the variants' inputs differ
     */
    public Table samples() {
        List<Outcome> first =
                outcomes.stream().filter(o -> o.config().seed() == runs.seeds().get(0)).toList();
        List<Sample> any = first.get(0).record().samples();
        if (any.isEmpty()) {
            throw new IllegalStateException(
                    "there are no samples: models of this task write nothing");
        }
        Table table = Table.create("samples, seed " + runs.seeds().get(0));
        table.addColumns(
                StringColumn.create("input", any.stream().map(Sample::input)),
                StringColumn.create("reference", any.stream().map(Sample::reference)));
        for (Outcome outcome : first) {
            List<Sample> own = outcome.record().samples();
            if (!own.stream().map(Sample::input).toList().equals(table.column(0).asList())) {
                throw new IllegalStateException(
                        "the variants' inputs differ; show one by only(label).samples()");
            }
            table.addColumns(
                    StringColumn.create(
                            outcome.variant().label(), own.stream().map(Sample::output)));
        }
        return table;
    }

    /**
     * A metric of the last epoch over seeds, one method per variant label.
     *
     * @param metric for example {@code test_accuracy} or test accuracy
     * @throws IllegalArgumentException if no run has the metric; it lists those there are
     */
    public Comparison compare(String metric) {
        return runs.compare(metric);
    }

    /** The difference of two variants with its test and effect size, in words; of accuracies in percentage points. */
    public String difference(String metric, String first, String second) {
        String words = Metric.of(metric, runs.metrics()).words();
        return words + ", " + compare(metric).difference(first, second);
    }

    /**
     * The mean curve of every variant over the epochs, inside a band of one sample standard deviation over seeds to either side.
     *
     * @param metric training loss, validation loss, validation accuracy (in per cent), validation perplexity, or generalisation
     *     gap: validation loss − training loss; or an id such as {@code val_loss}
     * @throws IllegalArgumentException for any other name; it lists those there are
     */
    public Figure curves(String metric) {
        return runs.curves(metric);
    }

    /** Returns where a method differs from a reference over experiments by their names, see {@link DifferenceMap#of}. */
    public static DifferenceMap map(
            String metric,
            Variant method,
            Variant reference,
            Map<String, ExperimentResult> results,
            List<Integer> epochs) {
        Map<String, RunSet> experiments = new LinkedHashMap<>();
        results.forEach((name, result) -> experiments.put(name, result.runs));
        return DifferenceMap.of(metric, method.label(), reference.label(), experiments, epochs);
    }

    /**
     * Evaluates the models on the validation data with a constant γ at inference, see {@link GammaSweep}.
     *
     * @param gammas each −1 to 1, for example −0.5, −0.25, 0, 0.25, 0.5
     * @throws IllegalArgumentException if there is no γ, one is out of range, a method has none, or there are no
     *     validation data
     */
    public GammaSweep atGammas(double... gammas) {
        return GammaSweep.of(
                outcomes,
                RunStore.fromEnvironment(),
                Environment.current().data(),
                runs.caption(),
                gammas);
    }

    /**
     * Evaluates the weights on the validation data with the inference of other methods, see {@link InferenceComparison}.
     *
     * @param methods for example {@code Method.standard(), Method.bdia(0.5)}; times are relative to the first
     * @throws IllegalArgumentException if there is no method, there are no validation data, or a method's model has other
     *     weights than a run's
     */
    public InferenceComparison inferredBy(Method... methods) {
        return InferenceComparison.of(
                outcomes, RunStore.fromEnvironment(), Environment.current().data(), methods);
    }

    /** Evaluates the weights under γ drawn as in training, see {@link GammaDraws}; the method is for example {@code Method.bdia(0.5)}. */
    public GammaDraws underDraws(Method method, int draws) {
        return GammaDraws.of(
                outcomes,
                RunStore.fromEnvironment(),
                Environment.current().data(),
                runs.caption(),
                method,
                draws);
    }

    /**
     * Returns a trained model, as its run's last epoch left it: to predict, to generate text, or to train on.
     *
     * @param label a variant by its name in tables, see {@link Variant#label}
     * @param manager owns the weights; the model can be used until it is closed
     * @throws IllegalArgumentException if there is no such run, or it left no checkpoint in the runs' folder
     */
    public ReversibleModel model(String label, long seed, NDManager manager) {
        return model(label, seed, TrainedModel.LAST, manager, RunStore.fromEnvironment());
    }

    /**
     * Returns a trained model as it was after the epoch with the lowest validation loss, of equal ones the first.
     *
     * @param label a variant by its name in tables, see {@link Variant#label}
     * @param manager owns the weights; the model can be used until it is closed
     * @throws IllegalArgumentException if there is no such run, it has no validation data, or its folder is from a time before
     *     these weights were kept
     */
    public ReversibleModel bestModel(String label, long seed, NDManager manager) {
        return model(label, seed, TrainedModel.BEST, manager, RunStore.fromEnvironment());
    }

    ReversibleModel model(
            String label,
            long seed,
            TrainedModel.Weights weights,
            NDManager manager,
            RunStore store) {
        RunConfig run = run(label, seed);
        return TrainedModel.load(run, workload(run, store), store, weights, manager);
    }

    private Workload workload(RunConfig run, RunStore store) {
        return data.computeIfAbsent(
                        run.task(), task -> Workload.of(run, Environment.current().data(), store))
                .with(run);
    }

    private RunConfig run(String label, long seed) {
        return only(label).outcomes.stream()
                .map(Outcome::config)
                .filter(config -> config.seed() == seed)
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "there is no run of '"
                                                + label
                                                + "' with seed "
                                                + seed
                                                + "; choose from "
                                                + only(label).runs.seeds()));
    }

    /**
     * Lets a trained model answer texts as after its last epoch: a GPT continues them, a translator translates them, a model of E2E puts
     * meanings into words. Texts are first brought to the form of those trained on, as the loader did.
     *
     * @throws IllegalArgumentException as {@link #model} does, or if the task's models write nothing
     */
    public List<String> write(String label, long seed, String... inputs) {
        return trained(label, seed, (w, model, m) -> w.write(model, m, List.of(inputs)));
    }

    /**
     * Lets a trained model classify an image, which is normalised first. The first call reads the data, later ones do not.
     *
     * @param image uint8 (3, S, S), red, green, blue, for example {@link org.bdia.data.ImageSet#image}, or of a file {@link
     *     org.bdia.data.ImageFolder#image}
     * @return the probability of every class, the likeliest first
     * @throws IllegalArgumentException as {@link #model} does, or if the task's models classify nothing or the image has another size
     */
    public Map<String, Double> classify(String label, long seed, byte[] image) {
        ImageWorkload.requireFits(run(label, seed), image);
        return trained(label, seed, (w, model, m) -> w.classify(model, m, image));
    }

    private <T> T trained(String label, long seed, TrainedModel.Use<T> use) {
        RunStore store = RunStore.fromEnvironment();
        RunConfig run = run(label, seed);
        return TrainedModel.use(run, workload(run, store), store, use);
    }

    /** Declares this result's data and rows in a notebook's report. */
    public void addTo(Report report) {
        addTo(report, RunRows.TRAINED);
    }

    /**
     * Declares data and rows under another stage, where a report has rows of the same task and methods already.
     *
     * @param stage what tells these runs from others, for example {@code trained-on-500}
     */
    public void addTo(Report report, String stage) {
        provenance().forEach(report::use);
        outcomes.stream()
                .map(outcome -> outcome.record().manifest().get("device").asText())
                .forEach(report::useDevice);
        report.add(outcomes.stream().flatMap(o -> RunRows.of(o, stage).stream()).toList());
    }

    /** The data that the runs were trained on. */
    public List<Provenance> provenance() {
        return runs.provenance();
    }
}
