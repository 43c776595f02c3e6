package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.bdia.config.Ranges;
import org.bdia.nn.SlicedLoss;

/** A task's loss in slices of tokens, weighted by the labels that count. */
final class HeadSlices {

    private HeadSlices() {}

    /**
     * Slices the loss of a batch. Slices all of whose labels are ignored are left out.
     *
     * @param labels (B, T), int64; must outlive the loss
     * @param tokens n, 1 or more, of a slice; the last one may be shorter
     * @param seen is shown every slice's logits (n, V) and labels (n)
     * @throws IllegalArgumentException if tokens is below 1, or all labels are ignored
     */
    static SlicedLoss of(
            Task task,
            NDArray labels,
            double labelSmoothing,
            int tokens,
            BiConsumer<NDArray, NDArray> seen) {
        Ranges.positive("tokens", tokens);
        long[] all = labels.toType(DataType.INT64, false).toLongArray();
        long total = CrossEntropy.counted(all);
        List<SlicedLoss.Slice> slices = new ArrayList<>();
        for (int from = 0; from < all.length; from += tokens) {
            int first = from;
            int to = Math.min(all.length, from + tokens);
            long counted = CrossEntropy.counted(all, from, to);
            if (counted > 0) {
                boolean checks = slices.isEmpty();
                slices.add(
                        new SlicedLoss.Slice(
                                from,
                                to,
                                (double) counted / total,
                                logits -> {
                                    if (checks) {
                                        // all of them, so that a wrong label is named by its place
                                        // in the batch
                                        CrossEntropy.require(labels, logits);
                                    }
                                    NDArray part = labels.reshape(-1).get("{}:{}", first, to);
                                    seen.accept(logits, part);
                                    return task.loss(logits, part, labelSmoothing);
                                }));
            }
        }
        return new SlicedLoss(all.length, slices);
    }
}
