package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import org.bdia.nn.SlicedLoss;

/** A learning task: batches, a loss, and the metrics of evaluation. */
public interface Task {

    /** The parts of the data that training does not touch. */
    enum Split {
        /** Held out from the training data, to choose by. */
        VALIDATION,

        /** To report on, once. */
        TEST;

        /** The name in files: val or test. */
        public String label() {
            return this == VALIDATION ? "val" : "test";
        }
    }

    /** The whole batches in one pass over the training data. */
    int stepsPerEpoch(int batch);

    /**
     * A training batch, a function of its arguments.
     *
     * @param manager where the arrays are made, and who owns them
     * @param index the batch's index in its epoch, 0 to stepsPerEpoch − 1
     */
    Batch training(NDManager manager, long seed, int epoch, int index, int batch);

    /** The samples of a split; 0 if there is none. */
    int size(Split split);

    /** Samples from to to − 1 of a split, as evaluation sees them. */
    Batch evaluation(NDManager manager, Split split, int from, int to);

    /**
     * The mean loss over a batch's units, a scalar: cross-entropy, unless a task says otherwise. With {@link
     * org.bdia.config.TrainConfig#headTokens} it is called for slices, logits (n, V) and labels (n), one or more of them not ignored,
     * and must be the mean over those.
     */
    default NDArray loss(NDArray output, NDArray labels, double labelSmoothing) {
        return CrossEntropy.mean(output, labels, labelSmoothing);
    }

    /**
     * {@link #loss} in slices of tokens, each weighted by its labels that count.
     *
     * @param labels (B, T), int64; must outlive the result
     * @param tokens of a slice, 1 or more
     * @throws IllegalArgumentException if tokens is below 1, or all labels are ignored
     */
    default SlicedLoss slicedLoss(NDArray labels, double labelSmoothing, int tokens) {
        return HeadSlices.of(this, labels, labelSmoothing, tokens, (logits, part) -> {});
    }

    /** Metrics of evaluation beside the loss, each as a sum over the batch's units. */
    default Map<String, Double> sums(NDArray output, NDArray labels) {
        return Map.of();
    }

    /**
     * Returns the metrics that evaluation reports.
     *
     * @param means the loss and all {@link #sums}, each as a mean over the split's units
     */
    default Map<String, Double> summarise(Map<String, Double> means) {
        return means;
    }
}
