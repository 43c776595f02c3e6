package org.bdia.experiment;

import ai.djl.ndarray.NDManager;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.nn.ReversibleModel;
import org.bdia.run.RunStore;
import org.bdia.train.Checkpoint;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;

/** The model of a finished run, evaluated on its validation data. */
final class TrainedModel {

    private TrainedModel() {}

    /**
     * The evaluation of a run's last weights.
     *
     * @param run has finished in the store
     * @param method computes the inference, the run's own or another one
     * @param manager owns the model
     * @throws IllegalArgumentException if the task has no validation data, or the method's model has other weights than
     *     the run's
     */
    static Evaluation evaluation(
            RunConfig run, Method method, RunStore store, DataFolder folder, NDManager manager) {
        RunConfig inferred =
                new RunConfig(
                        run.task(),
                        run.model(),
                        method,
                        Backprop.STORE,
                        false,
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
        return new Evaluation(load(run, workload, store, manager), task, run.train().batch());
    }

    /**
     * Returns the model of a run with its last weights.
     *
     * @param run has finished in the store
     * @param manager owns the model
     */
    static ReversibleModel of(RunConfig run, RunStore store, DataFolder folder, NDManager manager) {
        return load(run, Workload.of(run, folder, store), store, manager);
    }

    private static ReversibleModel load(
            RunConfig run, Workload workload, RunStore store, NDManager manager) {
        ReversibleModel model = workload.model(manager);
        Checkpoint.loadWeights(store.finished(run.id()), run.id(), model);
        return model;
    }
}
