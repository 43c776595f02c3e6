package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.IntStream;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/** Cross-entropy in nats. */
public final class CrossEntropy {

    /** Label excluded from the loss, such as padding. */
    public static final long IGNORED = -1;

    /** PyTorch's label of the same meaning. */
    private static final long IGNORED_BY_PYTORCH = -100;

    private CrossEntropy() {}

    /**
     * −Σ target · log softmax(logits), target = (1−s) · one-hot + s/C, mean over the labels that are not {@link
     * #IGNORED}. PyTorch's −100 is ignored as well.
     *
     * @param logits (…, C)
     * @param labels (…), int64, 0 … C−1 or {@link #IGNORED}
     * @param labelSmoothing s, 0 ≤ s &lt; 1
     * @return a scalar
     * @throws IllegalArgumentException if all labels are ignored, or one is neither a class nor ignored
     */
    public static NDArray mean(NDArray logits, NDArray labels, double labelSmoothing) {
        return Scoped.result(
                () -> {
                    NDArray counts = counts(labels);
                    Shape shape = logits.getShape();
                    require(labels, counts, shape.get(shape.dimension() - 1));
                    NDArray logs = counting(logits, counts).logSoftmax(-1);
                    NDArray counted = counts.toType(logits.getDataType(), false);
                    NDArray classes = labels.maximum(0).expandDims(-1);
                    NDArray hits = logs.gather(classes, -1).squeeze(-1);
                    NDArray loss = average(hits, counted).neg();
                    if (labelSmoothing == 0) {
                        return loss;
                    }
                    NDArray spread = average(logs.mean(new int[] {-1}), counted);
                    return loss.mul(Autograd.constant(loss, 1 - labelSmoothing))
                            .sub(spread.mul(Autograd.constant(loss, labelSmoothing)));
                });
    }

    /** Returns the number of labels that are not ignored. */
    static long counted(NDArray labels) {
        return Arrays.stream(labels.toType(DataType.INT64, false).toLongArray())
                .filter(label -> label != IGNORED && label != IGNORED_BY_PYTORCH)
                .count();
    }

    private static void require(NDArray labels, NDArray counts, long classes) {
        NDArray wrong = counts.logicalAnd(labels.lt(0).logicalOr(labels.gte(classes)));
        if (wrong.any().getBoolean()) {
            long[] all = labels.toType(DataType.INT64, false).toLongArray();
            boolean[] flags = wrong.toBooleanArray();
            int at = IntStream.range(0, all.length).filter(i -> flags[i]).findFirst().orElseThrow();
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "label %d of %d is %d, but there are %d classes: labels are 0 to %d, or %d or %d to"
                                    + " be ignored",
                            at,
                            all.length,
                            all[at],
                            classes,
                            classes - 1,
                            IGNORED,
                            IGNORED_BY_PYTORCH));
        }
        if (!counts.any().getBoolean()) {
            throw allIgnored(labels.size());
        }
    }

    private static NDArray counts(NDArray labels) {
        return labels.neq(IGNORED).logicalAnd(labels.neq(IGNORED_BY_PYTORCH));
    }

    private static IllegalArgumentException allIgnored(long labels) {
        return new IllegalArgumentException(
                "all "
                        + labels
                        + " labels are ignored ("
                        + IGNORED
                        + " or "
                        + IGNORED_BY_PYTORCH
                        + "), so there is nothing to average; leave the batch out");
    }

    /**
     * Checks labels (…), of which the logits (…, C) may be a part's.
     *
     * @throws IllegalArgumentException if all labels are ignored, or one is neither a class nor ignored
     */
    static void require(NDArray labels, NDArray logits) {
        try (NDScope scope = new NDScope()) {
            Shape shape = logits.getShape();
            require(labels, counts(labels), shape.get(shape.dimension() - 1));
        }
    }

    /** Returns how many labels, from from to to − 1, are not ignored. */
    static long counted(long[] labels, int from, int to) {
        return Arrays.stream(labels, from, to)
                .filter(label -> label != IGNORED && label != IGNORED_BY_PYTORCH)
                .count();
    }

    /**
     * Returns how many labels are not ignored.
     *
     * @throws IllegalArgumentException if all are
     */
    static long counted(long[] labels) {
        long counted = counted(labels, 0, labels.length);
        if (counted == 0) {
            throw allIgnored(labels.length);
        }
        return counted;
    }

    /** Zeros for the logits of ignored labels, of which NaN and infinity would be NaN times 0. */
    private static NDArray counting(NDArray logits, NDArray counts) {
        if (counts.all().getBoolean()) {
            return logits;
        }
        NDArray rows = counts.expandDims(-1).broadcast(logits.getShape());
        return NDArrays.where(rows, logits, Autograd.constant(logits, 0));
    }

    private static NDArray average(NDArray values, NDArray counted) {
        return values.mul(counted).sum().div(counted.sum());
    }

    /** Returns the number of correct predictions, ignored labels aside: the highest logit decides. */
    static long right(NDArray logits, NDArray labels) {
        try (NDArray right =
                Scoped.result(
                        () -> logits.argMax(-1).eq(labels).toType(DataType.INT64, false).sum())) {
            return right.getLong();
        }
    }
}
