package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.nio.file.Path;
import java.util.Locale;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.RunStore;
import org.bdia.train.Checkpoint;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;

/** The model of a finished run, and what is measured on it afterwards. */
final class TrainedModel {

    /** Copies the weights of one of a run's epochs into a model. */
    interface Weights {
        void load(Path run, String config, Block model);
    }

    /** The weights of the last epoch. */
    static final Weights LAST = Checkpoint::loadWeights;

    /** The weights of the epoch with the lowest validation loss. */
    static final Weights BEST = Checkpoint::loadBestWeights;

    private TrainedModel() {}

    /** A run's model of the last epoch with the inference of a method, and its task, which has validation data. */
    record Inferring(ReversibleModel model, Task task) {}

    /** The evaluation of a run's last weights by a method, see {@link #inferring}. */
    static Evaluation evaluation(
            RunConfig run, Method method, RunStore store, DataFolder folder, NDManager manager) {
        Inferring inferring = inferring(run, method, store, folder, manager);
        return new Evaluation(inferring.model(), inferring.task(), run.train());
    }

    /**
     * Returns a run's model of the last epoch, computed by a method.
     *
     * @param run has finished in the store
     * @param method computes the inference, the run's own or another one
     * @param manager owns the model
     * @throws IllegalArgumentException if the task has no validation data, or the run's weights are not the method's: the model
     *     has others, or one of the two methods has no {@link Method#plainInference}
     */
    static Inferring inferring(
            RunConfig run, Method method, RunStore store, DataFolder folder, NDManager manager) {
        if ((!method.plainInference() || !run.method().plainInference())
                && !method.label().equals(run.method().label())) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "run %s was trained by %s, but the inference is to be %s's; the weights of one are not the other's:"
                                    + " infer by %s, or train a run by %s",
                            run.id(),
                            run.method().name(),
                            method.name(),
                            run.method().name(),
                            method.name()));
        }
        RunConfig inferred =
                new RunConfig(
                        run.task(),
                        run.model(),
                        method,
                        Backprop.STORE,
                        false,
                        run.precision(),
                        run.train(),
                        run.seed());
        Workload workload = Workload.of(inferred, folder, store);
        Task task = workload.task();
        if (task.size(Task.Split.VALIDATION) == 0) {
            throw new IllegalArgumentException(
                    "run "
                            + run.id()
                            + " has no validation data to measure on; give its task some");
        }
        return new Inferring(load(run, workload, store, LAST, manager), task);
    }

    /** Uses a run's model of the last epoch, which is closed afterwards. */
    interface Use<T> {
        T with(Workload workload, ReversibleModel model, NDManager manager);
    }

    static <T> T use(RunConfig run, Workload workload, RunStore store, Use<T> use) {
        try (NDManager manager = NDManager.newBaseManager(Environment.device())) {
            return use.with(workload, load(run, workload, store, LAST, manager), manager);
        }
    }

    /**
     * Returns the model of a run.
     *
     * @param run has finished in the store
     * @param workload the run's
     * @param weights of which epoch
     * @param manager owns the model
     */
    static ReversibleModel load(
            RunConfig run, Workload workload, RunStore store, Weights weights, NDManager manager) {
        Workload.requireSameData(run, workload.provenance(), store);
        ReversibleModel model = workload.model(manager);
        weights.load(store.finished(run.id()), run.id(), model);
        return model;
    }
}
