package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Axis;
import org.bdia.report.Caption;
import org.bdia.report.Curve;
import org.bdia.report.Figure;
import org.bdia.report.Result;
import org.bdia.run.RunStore;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;

/**
 * Metrics of trained models on the validation data when γ at inference is not E[γ] = 0 but a constant: the paper's figure 1.
 * The models are read from their runs' last checkpoints and computed in this JVM.
 */
public final class GammaSweep {

    private static final Map<String, String> METRICS =
            Map.of(
                    "validation loss", "loss",
                    "validation accuracy", "accuracy",
                    "validation perplexity", "perplexity");

    /** One model's measurements, by γ. */
    private record Swept(Outcome outcome, Map<Double, Map<String, Double>> means) {}

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
        Map<Double, Map<String, Double>> means = new LinkedHashMap<>();
        try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
            Evaluation evaluation =
                    TrainedModel.evaluation(config, config.method(), store, folder, manager);
            Arrays.stream(gammas)
                    .map(gamma -> gamma + 0.0) // no −0
                    .sorted()
                    .forEach(
                            gamma ->
                                    means.put(
                                            gamma,
                                            evaluation.measure(
                                                    manager, Task.Split.VALIDATION, gamma)));
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
                                                                    "val_" + metric + "_at_gamma",
                                                                    value))));
        }
        return rows;
    }

    /**
     * The mean curve of every variant over γ, in the band from lowest to highest seed.
     *
     * @param what validation loss, validation accuracy or validation perplexity
     * @throws IllegalArgumentException for any other word, or one that the task does not measure
     */
    public Figure curves(String what) {
        String metric = METRICS.get(what);
        List<Curve> curves = new ArrayList<>();
        for (Swept model : models) {
            List<Double> at = List.copyOf(model.means().keySet());
            if (metric == null || !model.means().get(at.get(0)).containsKey(metric)) {
                throw new IllegalArgumentException(
                        "there are no curves of '"
                                + what
                                + "' over gamma; choose one of validation loss, validation accuracy,"
                                + " validation perplexity that the task measures");
            }
            curves.add(
                    new Curve(
                            model.outcome().variant().label(),
                            model.outcome().config().seed(),
                            at,
                            at.stream()
                                    .map(gamma -> model.means().get(gamma).get(metric))
                                    .toList()));
        }
        return new Figure(
                what + " against γ at inference",
                Axis.linear("γ at inference"),
                Axis.linear(what),
                Curve.means(curves, Curve.Band.RANGE),
                caption);
    }
}
