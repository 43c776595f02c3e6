package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.bdia.config.TrainConfig;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.SlicedLoss;
import org.bdia.torch.Autograd;

/** Metrics of a model on data that training does not touch. */
public final class Evaluation {

    private final ReversibleModel model;
    private final Task task;
    private final int batch;
    private final int headTokens;

    /** An evaluation on batches as training has them, with the head in slices where training has it so. */
    public Evaluation(ReversibleModel model, Task task, TrainConfig config) {
        this.model = model;
        this.task = task;
        batch = config.samplesAtOnce();
        headTokens = config.headTokens();
    }

    /**
     * The loss and what else the task measures, each a mean over the split's units; empty if it has none. Batches without any are left out.
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
                if (samples.units() == 0) {
                    continue;
                }
                double loss =
                        loss(
                                samples,
                                gamma,
                                (output, labels) ->
                                        task.sums(output, labels)
                                                .forEach(
                                                        (n, sum) ->
                                                                sums.merge(n, sum, Double::sum)));
                sums.merge("loss", loss * samples.units(), Double::sum);
                units += samples.units();
            }
        }
        double total = units;
        sums.replaceAll((name, sum) -> sum / total);
        return sums.isEmpty() ? sums : task.summarise(sums);
    }

    /** The loss; output and labels, or those of every slice, are shown to the consumer. */
    private double loss(Batch samples, double gamma, BiConsumer<NDArray, NDArray> seen) {
        NDArray labels = samples.labels();
        if (headTokens > 0) {
            SlicedLoss loss = HeadSlices.of(task, labels, 0, headTokens, seen);
            return model.loss(samples.inputs(), gamma, loss);
        }
        NDArray output = model.predict(samples.inputs(), gamma);
        seen.accept(output, labels);
        return Autograd.unrecorded(() -> task.loss(output, labels, 0)).getFloat();
    }
}
