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

/** What a finished run has learnt, ready to be evaluated on its validation data. */
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
        ReversibleModel model = workload.model(manager);
        Checkpoint.loadWeights(store.finished(run.id()), run.id(), model);
        return new Evaluation(model, task, run.train().batch());
    }
}
