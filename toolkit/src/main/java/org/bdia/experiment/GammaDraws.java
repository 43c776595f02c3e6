package org.bdia.experiment;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.bdia.config.Method;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.report.Axis;
import org.bdia.report.Caption;
import org.bdia.report.Curve;
import org.bdia.report.Figure;
import org.bdia.report.Metric;
import org.bdia.report.Result;
import org.bdia.report.Series;
import org.bdia.report.Tabular;
import org.bdia.reversible.StepKey;
import org.bdia.run.RunStore;
import org.bdia.train.Batch;
import org.bdia.train.Task;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Trained models on the validation data under γ drawn as in training, without dropout: how far their logits spread, and how the mean
 * prediction of the draws, an ensemble that shares its weights, compares with the inference at E[γ] = 0. The models are read from
 * their runs' last checkpoints and computed in this JVM.
 */
public final class GammaDraws implements Tabular {

    private static final String SPREAD = "logit_spread";
    private static final String SIZE = "state_rms";
    private static final List<String> LOSSES =
            List.of("val_loss_expected", "val_loss_drawn", "val_loss_averaged");

    /**
     * One model's measurements.
     *
     * @param rows of the metrics
     * @param sizes the root mean square of x<sub>0</sub>, x<sub>1</sub> …, those of a second stack after those of the first
     */
    private record Measured(Outcome outcome, List<Result> rows, List<Double> sizes) {}

    private final List<Measured> models;
    private final Caption caption;

    private GammaDraws(List<Measured> models, Caption caption) {
        this.models = List.copyOf(models);
        this.caption = caption;
    }

    /**
     * Measures finished runs.
     *
     * @param method whose γ is drawn
     * @param draws of every sample, 2 or more
     * @throws IllegalArgumentException if there are fewer draws, the method has no γ, a run's task has no validation data, or its
     *     weights are not the method's
     */
    static GammaDraws of(
            List<Outcome> outcomes,
            RunStore store,
            DataFolder folder,
            Caption caption,
            Method method,
            int draws) {
        if (draws < 2) {
            throw new IllegalArgumentException(
                    "a spread needs 2 draws or more, but draws is " + draws);
        }
        if (method.gamma() == 0) {
            throw new IllegalArgumentException(
                    method.name() + " draws no gamma; take a method that does: Method.bdia(0.5)");
        }
        List<Measured> models = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
                var inferring =
                        TrainedModel.inferring(outcome.config(), method, store, folder, manager);
                int batch = outcome.config().train().samplesAtOnce();
                models.add(new Draws(inferring, draws).measure(outcome, batch, manager));
            }
        }
        return new GammaDraws(models, caption);
    }

    /** Sums over the validation data. */
    private static final class Draws {

        private final TrainedModel.Inferring inferring;
        private final int draws;
        private final SortedMap<String, Double> sums = new TreeMap<>();
        private final List<Double> squares = new ArrayList<>();
        private long units;
        private double variance;
        private long logits;
        private long visits;

        Draws(TrainedModel.Inferring inferring, int draws) {
            this.inferring = inferring;
            this.draws = draws;
        }

        Measured measure(Outcome outcome, int batch, NDManager manager) {
            int size = inferring.task().size(Task.Split.VALIDATION);
            for (int from = 0; from < size; from += batch) {
                int to = Math.min(size, from + batch);
                try (NDScope scope = new NDScope();
                        Batch samples =
                                inferring
                                        .task()
                                        .evaluation(manager, Task.Split.VALIDATION, from, to)) {
                    add(samples, outcome.config().seed());
                    visits++;
                }
            }
            sums.replaceAll((name, sum) -> sum / units);
            sums.put(SPREAD, Math.sqrt(variance / logits));
            List<Result> rows = new ArrayList<>();
            sums.forEach((id, v) -> rows.add(RunRows.row(outcome, RunRows.TRAINED, id, v)));
            return new Measured(
                    outcome, rows, squares.stream().map(sum -> Math.sqrt(sum / visits)).toList());
        }

        private void add(Batch samples, long seed) {
            units += samples.units();
            try (NDArray output = inferring.model().predict(samples.inputs(), 0)) {
                add("expected", output, samples, 1);
            }
            NDArray mean = null;
            NDArray squared = null;
            NDArray probability = null;
            for (int i = 0; i < draws; i++) {
                try (NDScope scope = new NDScope()) {
                    NDArray output = draw(samples, new StepKey(seed, i, samples.sampleIds()), i);
                    add("drawn", output, samples, draws);
                    // A constant that is added to all logits of a sample predicts nothing.
                    NDArray centred = output.sub(output.mean(new int[] {-1}, true));
                    NDArray likely = output.softmax(-1);
                    if (i == 0) {
                        mean = kept(centred);
                        squared = kept(centred.zerosLike());
                        probability = kept(likely);
                        continue;
                    }
                    NDArray before = centred.sub(mean);
                    mean.addi(before.div(i + 1));
                    squared.addi(before.mul(centred.sub(mean)));
                    probability.addi(likely);
                }
            }
            variance += squared.sum().getFloat() / (draws - 1);
            logits += squared.size();
            add("averaged", probability.div(draws).log(), samples, 1);
            mean.close();
            squared.close();
            probability.close();
        }

        private static NDArray kept(NDArray array) {
            NDArray copy = array.duplicate();
            NDScope.unregister(copy);
            return copy;
        }

        /** The states of the first draw are measured. */
        private NDArray draw(Batch samples, StepKey key, int i) {
            int[] seen = {0};
            return inferring
                    .model()
                    .predict(
                            samples.inputs(),
                            key,
                            (k, state) -> {
                                if (i == 0) {
                                    int at = seen[0]++;
                                    if (at == squares.size()) {
                                        squares.add(0.0);
                                    }
                                    double square = state.square().mean().getFloat();
                                    squares.set(at, squares.get(at) + square);
                                }
                            });
        }

        private void add(String how, NDArray output, Batch samples, int times) {
            double loss = inferring.task().loss(output, samples.labels(), 0).getFloat();
            sums.merge("val_loss_" + how, loss * samples.units() / times, Double::sum);
            inferring
                    .task()
                    .sums(output, samples.labels())
                    .forEach(
                            (name, sum) ->
                                    sums.merge(
                                            "val_" + name + "_" + how, sum / times, Double::sum));
        }
    }

    /**
     * The rows for results.json: metrics {@code val_loss_expected} at E[γ] = 0, {@code val_loss_drawn}, the mean over draws, {@code
     * val_loss_averaged}, of the draws' mean probabilities, and the same of what else the task measures; {@code logit_spread}, the
     * root mean square over samples and classes of the standard deviation over draws of the logits less their mean over classes; and
     * {@code state_rms} of each state of the first draw, its stage {@code x0}, {@code x1} ….
     */
    public List<Result> results() {
        List<Result> rows = new ArrayList<>();
        for (Measured model : models) {
            rows.addAll(model.rows());
            for (int k = 0; k < model.sizes().size(); k++) {
                rows.add(RunRows.row(model.outcome(), "x" + k, SIZE, model.sizes().get(k)));
            }
        }
        return rows;
    }

    /**
     * Returns one row per variant, with numeric columns per metric: mean, sample standard deviation and number of seeds, see {@link
     * Metric#columns}; the generalisation gap of the runs beside.
     */
    @Override
    public Table table() {
        Map<String, List<Result>> lines = new LinkedHashMap<>();
        for (Measured model : models) {
            List<Result> line =
                    lines.computeIfAbsent(
                            model.outcome().variant().label(), label -> new ArrayList<>());
            line.addAll(model.rows());
            line.addAll(RunRows.of(model.outcome(), RunRows.TRAINED));
        }
        Table table = Table.create("under drawn γ", StringColumn.create("method", lines.keySet()));
        List<String> columns = new ArrayList<>(LOSSES);
        models.get(0).rows().stream()
                .map(Result::metric)
                .filter(id -> !LOSSES.contains(id))
                .forEach(columns::add);
        columns.add("gap");
        return RunRows.addColumns(table, columns, lines.values());
    }

    /** Root mean square of the states under drawn γ against k; the mean over seeds, inside a band of one sample standard deviation. */
    public Figure states() {
        List<Curve> curves = new ArrayList<>();
        for (Measured model : models) {
            List<Double> at =
                    IntStream.range(0, model.sizes().size()).mapToObj(k -> (double) k).toList();
            curves.add(
                    new Curve(
                            model.outcome().variant().label(),
                            model.outcome().config().seed(),
                            at,
                            model.sizes()));
        }
        List<Series> means = Curve.means(curves);
        return new Figure(
                "Growth of the states",
                Axis.linear("k"),
                Axis.linear("root mean square of the state"),
                means,
                caption.ofMeans(curves, means));
    }
}
