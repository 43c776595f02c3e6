package org.bdia.train;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleConsumer;
import org.bdia.config.TrainConfig;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.BlockUpdates;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;

/**
 * Gradient accumulation: a batch is differentiated in parts, one after another. The loss is a mean over the batch's units, so that a
 * part's loss counts by its share of them, and the sum of the parts' gradients is the gradient of the whole batch, up to rounding.
 */
record MicroBatches(ReversibleModel model, Task task, TrainConfig config) {

    /**
     * Adds a batch's gradients to those of the model's parameters.
     *
     * @param batch its parts are views, which the caller's scope frees
     * @param key of the whole batch
     * @param updates told of a batch in one piece
     * @param check told every loss before it is differentiated
     * @return the loss
     * @throws IllegalArgumentException if the batch is to be divided, but its units cannot be told from its labels
     */
    float differentiate(Batch batch, StepKey key, BlockUpdates updates, DoubleConsumer check) {
        int count = config.microBatches();
        if (count == 0) {
            return part(batch, 1, key, updates, check);
        }
        float loss = 0;
        List<Batch> parts = parts(batch, count);
        for (int i = 0; i < count; i++) {
            Batch part = parts.get(i);
            if (part.units() > 0) {
                double share = (double) part.units() / batch.units();
                var ofPart = new StepKey(key.seed(), key.step(), part.sampleIds(), i);
                loss += part(part, share, ofPart, updates, check);
            }
        }
        return loss;
    }

    private float part(
            Batch part, double share, StepKey key, BlockUpdates updates, DoubleConsumer check) {
        if (config.headTokens() > 0) {
            var loss = task.slicedLoss(part.labels(), config.labelSmoothing(), config.headTokens());
            return model.differentiate(
                    part.inputs(), loss.times(share).reporting(check), key, updates);
        }
        return model.differentiate(
                part.inputs(),
                output -> {
                    NDArray mean = loss(output, part, check);
                    return share == 1 ? mean : mean.mul(Autograd.constant(mean, share));
                },
                key,
                updates);
    }

    private NDArray loss(NDArray output, Batch batch, DoubleConsumer check) {
        NDArray loss = task.loss(output, batch.labels(), config.labelSmoothing());
        check.accept(loss.getFloat());
        return loss;
    }

    /** Returns views of a batch's rows, in parts whose sizes differ by 1 at most. */
    private static List<Batch> parts(Batch batch, int count) {
        List<Batch> parts = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            parts.add(batch.rows(batch.size() * i / count, batch.size() * (i + 1) / count));
        }
        long units = parts.stream().mapToLong(Batch::units).sum();
        if (units != batch.units()) {
            throw new IllegalArgumentException(
                    "the loss is a mean over "
                            + batch.units()
                            + " units of a batch, but its samples are "
                            + batch.size()
                            + " and its labels that count "
                            + units
                            + ", so that gradients cannot be accumulated; set microBatches to 0");
        }
        return parts;
    }
}
