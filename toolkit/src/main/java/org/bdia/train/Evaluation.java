package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.nn.ReversibleModel;
import org.bdia.torch.Autograd;

/** Metrics of a model on data that training does not touch. */
public final class Evaluation {

    private final ReversibleModel model;
    private final Task task;
    private final int batch;

    /**
     * An evaluation.
     *
     * @param batch the samples computed at a time
     */
    public Evaluation(ReversibleModel model, Task task, int batch) {
        this.model = model;
        this.task = task;
        this.batch = batch;
    }

    /**
     * The loss and what else the task measures, each a mean over the split's units; empty if the split is.
     *
     * @param manager whose device the batches go to; the model's weights must be there
     * @param gamma γ at inference, see {@link ReversibleModel#predict(ai.djl.ndarray.NDList, double)}; 0 as usual
     * @throws IllegalArgumentException if γ is out of range, or is not 0 although the method has none
     * @throws org.bdia.reversible.StateRangeException if a state leaves the exact range
     */
    public Map<String, Double> measure(NDManager manager, Task.Split split, double gamma) {
        int size = task.size(split);
        Map<String, Double> sums = new TreeMap<>();
        long units = 0;
        for (int from = 0; from < size; from += batch) {
            int to = Math.min(size, from + batch);
            try (NDScope scope = new NDScope();
                    Batch samples = task.evaluation(manager, split, from, to)) {
                scope.suppressNotUsedWarning();
                NDArray output = model.predict(samples.inputs(), gamma);
                float loss =
                        Autograd.unrecorded(() -> task.loss(output, samples.labels(), 0))
                                .getFloat();
                sums.merge("loss", (double) loss * samples.units(), Double::sum);
                task.sums(output, samples.labels())
                        .forEach((name, sum) -> sums.merge(name, sum, Double::sum));
                units += samples.units();
            }
        }
        double total = units;
        sums.replaceAll((name, sum) -> sum / total);
        return sums.isEmpty() ? sums : task.summarise(sums);
    }
}
