package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.commons.statistics.descriptive.Median;
import org.bdia.config.Method;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Metric;
import org.bdia.report.Result;
import org.bdia.report.Tabular;
import org.bdia.run.RunStore;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Metrics of trained models on the validation data when other methods than their own compute the inference from the same
 * weights: what the grid of a BDIA model costs it, in accuracy and in time. The models are read from their runs' last
 * checkpoints and computed in this JVM.
 */
public final class InferenceComparison implements Tabular {

    private static final int ROUNDS = 5;
    private static final String LOSS = "val_loss_inferred";
    private static final String TIME = "inference_time_ratio";

    /**
     * Metrics of one trained model, inferred by one method.
     *
     * @param trained the label of the variant that was trained
     */
    private record Inferred(String trained, String stage, List<Result> rows) {}

    private final List<Inferred> inferred;

    private InferenceComparison(List<Inferred> inferred) {
        this.inferred = List.copyOf(inferred);
    }

    /**
     * Measures finished runs, the methods in turns.
     *
     * @param methods the first is the one that times are relative to
     * @throws IllegalArgumentException if there is no method, a run's task has no validation data, or a method's model has
     *     other weights than a run's
     */
    static InferenceComparison of(
            List<Outcome> outcomes, RunStore store, DataFolder folder, Method... methods) {
        if (methods.length == 0) {
            throw new IllegalArgumentException(
                    "there is no method to compute the inference; name one or more, such as"
                            + " Method.standard()");
        }
        List<Inferred> inferred = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
                Map<Method, Evaluation> evaluations = new LinkedHashMap<>();
                for (Method method : methods) {
                    evaluations.put(
                            method,
                            TrainedModel.evaluation(
                                    outcome.config(), method, store, folder, manager));
                }
                inferred.addAll(measure(outcome, evaluations, manager));
            }
        }
        return new InferenceComparison(inferred);
    }

    private static List<Inferred> measure(
            Outcome outcome, Map<Method, Evaluation> evaluations, NDManager manager) {
        Method first = evaluations.keySet().iterator().next();
        Map<Method, double[]> times = new LinkedHashMap<>();
        Map<Method, Map<String, Double>> means = new LinkedHashMap<>();
        evaluations.forEach(
                (method, evaluation) -> {
                    means.put(method, evaluation.measure(manager, Task.Split.VALIDATION, 0));
                    times.put(method, new double[ROUNDS]);
                });
        for (int round = 0; round < ROUNDS; round++) {
            for (Method method : evaluations.keySet()) {
                long start = System.nanoTime();
                evaluations.get(method).measure(manager, Task.Split.VALIDATION, 0);
                times.get(method)[round] = System.nanoTime() - start;
            }
        }
        List<Inferred> inferred = new ArrayList<>();
        means.forEach(
                (method, measured) -> {
                    List<Result> rows = new ArrayList<>();
                    String stage = "as-" + Variant.of(method).label();
                    measured.forEach(
                            (metric, value) ->
                                    rows.add(
                                            RunRows.row(
                                                    outcome,
                                                    stage,
                                                    "val_" + metric + "_inferred",
                                                    value)));
                    double[] ratios = times.get(method).clone();
                    for (int round = 0; round < ROUNDS; round++) {
                        ratios[round] /= times.get(first)[round];
                    }
                    double ratio = Median.withDefaults().evaluate(ratios);
                    rows.add(RunRows.row(outcome, stage, TIME, ratio));
                    inferred.add(new Inferred(outcome.variant().label(), stage, rows));
                });
        return inferred;
    }

    /**
     * The rows for results.json: metrics {@code val_loss_inferred}, {@code val_accuracy_inferred} … and {@code
     * inference_time_ratio}, the median over rounds of the time relative to the first method's; the stage is the method of
     * the inference, for example {@code as-standard}.
     */
    public List<Result> results() {
        return inferred.stream().flatMap(one -> one.rows().stream()).toList();
    }

    /**
     * Returns one row per trained variant and method of inference, with numeric columns per metric: mean, sample standard
     * deviation and number of seeds, see {@link Metric#columns}. Accuracies are fractions, shown in per cent.
     */
    @Override
    public Table table() {
        Map<List<String>, List<Result>> lines = new LinkedHashMap<>();
        SortedSet<String> measured = new TreeSet<>();
        for (Inferred one : inferred) {
            lines.computeIfAbsent(List.of(one.trained(), one.stage()), key -> new ArrayList<>())
                    .addAll(one.rows());
            one.rows().forEach(row -> measured.add(row.metric()));
        }
        Table table = Table.create("the same weights, inferred by other methods");
        table.addColumns(
                StringColumn.create("trained as", lines.keySet().stream().map(key -> key.get(0))),
                StringColumn.create("inferred", lines.keySet().stream().map(key -> key.get(1))));
        List<String> columns = new ArrayList<>(List.of(LOSS));
        measured.stream().filter(m -> !m.equals(LOSS) && !m.equals(TIME)).forEach(columns::add);
        columns.add(TIME);
        return RunRows.addColumns(table, columns, lines.values());
    }
}
