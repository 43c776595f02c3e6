package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Axis;
import org.bdia.report.Caption;
import org.bdia.report.Curve;
import org.bdia.report.Figure;
import org.bdia.report.Metric;
import org.bdia.report.Result;
import org.bdia.report.Series;
import org.bdia.run.RunStore;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Metrics of trained models on the validation data when γ at inference is not E[γ] = 0 but a constant: the paper's figure 1.
 * The models are read from their runs' last checkpoints and computed in this JVM.
 */
public final class GammaSweep {

    /** One model's measurements, by γ and the metric's id, {@code val_loss} … */
    private record Swept(Outcome outcome, SortedMap<Double, Map<String, Double>> means) {

        Set<String> metrics() {
            return means.get(means.firstKey()).keySet();
        }
    }

    private final List<Swept> models;
    private final Caption caption;

    private GammaSweep(List<Swept> models, Caption caption) {
        this.models = models;
        this.caption = caption;
    }

    /**
     * Measures finished runs.
     *
     * @param gammas each −1 to 1
     * @throws IllegalArgumentException if there is no γ, one is out of range, a run's method has none, or its task has no
     *     validation data
     */
    static GammaSweep of(
            List<Outcome> outcomes,
            RunStore store,
            DataFolder folder,
            Caption caption,
            double... gammas) {
        if (gammas.length == 0) {
            throw new IllegalArgumentException(
                    "a sweep needs at least one gamma, for example -0.5, 0 and 0.5");
        }
        return new GammaSweep(
                outcomes.stream().map(o -> measure(o, store, folder, gammas)).toList(), caption);
    }

    private static Swept measure(
            Outcome outcome, RunStore store, DataFolder folder, double... gammas) {
        RunConfig config = outcome.config();
        SortedMap<Double, Map<String, Double>> means = new TreeMap<>();
        try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
            Evaluation evaluation =
                    TrainedModel.evaluation(config, config.method(), store, folder, manager);
            Arrays.stream(gammas)
                    .map(gamma -> gamma + 0.0) // no −0
                    .forEach(
                            gamma -> {
                                Map<String, Double> measured = new TreeMap<>();
                                evaluation
                                        .measure(manager, Task.Split.VALIDATION, gamma)
                                        .forEach((name, mean) -> measured.put("val_" + name, mean));
                                means.put(gamma, measured);
                            });
        }
        return new Swept(outcome, means);
    }

    /**
     * The rows for results.json: metrics {@code val_loss_at_gamma}, {@code val_accuracy_at_gamma} …, and γ as the stage, for
     * example {@code gamma-0.25}; the column gamma is the training's |γ|.
     */
    public List<Result> results() {
        List<Result> rows = new ArrayList<>();
        for (Swept model : models) {
            model.means()
                    .forEach(
                            (gamma, means) ->
                                    means.forEach(
                                            (metric, value) ->
                                                    rows.add(
                                                            RunRows.row(
                                                                    model.outcome(),
                                                                    "gamma" + gamma,
                                                                    metric + "_at_gamma",
                                                                    value))));
        }
        return rows;
    }

    /**
     * Returns one row per model and γ: {@code method}, {@code seed}, {@code γ} and every metric on the validation data by its id,
     * for example {@code val_loss}, all numeric but the first. Accuracies are fractions, shown in per cent.
     */
    public Table table() {
        StringColumn methods = StringColumn.create("method");
        LongColumn seeds = LongColumn.create("seed");
        DoubleColumn gammas = DoubleColumn.create("γ");
        Map<String, List<Double>> values = new TreeMap<>();
        for (Swept model : models) {
            model.means()
                    .forEach(
                            (gamma, means) -> {
                                methods.append(model.outcome().variant().label());
                                seeds.append(model.outcome().config().seed());
                                gammas.append(gamma);
                                means.forEach(
                                        (id, mean) ->
                                                values.computeIfAbsent(id, i -> new ArrayList<>())
                                                        .add(mean));
                            });
        }
        Table table = Table.create("γ at inference", methods, seeds, gammas);
        values.forEach((id, column) -> table.addColumns(new Metric(id).column(id, column)));
        return table;
    }

    /**
     * The mean curve of every variant over γ, inside a band of one sample standard deviation over seeds to either side.
     *
     * @param name validation loss, validation accuracy (in per cent) or validation perplexity; or an id such as {@code val_loss}
     * @throws IllegalArgumentException for any other name, or a metric that the task does not measure
     */
    public Figure curves(String name) {
        Metric metric = Metric.of(name, models.get(0).metrics());
        List<Curve> curves = new ArrayList<>();
        for (Swept model : models) {
            List<Double> at = List.copyOf(model.means().keySet());
            curves.add(
                    new Curve(
                            model.outcome().variant().label(),
                            model.outcome().config().seed(),
                            at,
                            at.stream()
                                    .map(gamma -> model.means().get(gamma).get(metric.id()))
                                    .map(metric::shown)
                                    .toList()));
        }
        List<Series> means = Curve.means(curves);
        return new Figure(
                metric.words() + " against γ at inference",
                Axis.linear("γ at inference"),
                Axis.linear(metric.title()),
                means,
                caption.ofMeans(curves, means));
    }
}
