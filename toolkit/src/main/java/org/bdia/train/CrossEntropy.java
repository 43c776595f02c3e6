package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Scoped;

/** The loss of guessing classes, in nats. */
public final class CrossEntropy {

    /** The label of what is not to be guessed, such as padding. */
    public static final long IGNORED = -1;

    private CrossEntropy() {}

    /**
     * −Σ target · log softmax(scores), target = (1−s) · one-hot + s/C, mean over the labels that are not {@link
     * #IGNORED}.
     *
     * @param scores (…, C)
     * @param labels (…), int64, 0 … C−1 or {@link #IGNORED}
     * @param labelSmoothing s, 0 ≤ s &lt; 1
     * @return a scalar
     */
    public static NDArray mean(NDArray scores, NDArray labels, double labelSmoothing) {
        return Scoped.result(
                () -> {
                    NDArray logs = scores.logSoftmax(-1);
                    NDArray counted = labels.neq(IGNORED).toType(scores.getDataType(), false);
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

    private static NDArray average(NDArray values, NDArray counted) {
        return values.mul(counted).sum().div(counted.sum());
    }

    /** The labels guessed right, ignored ones aside: the highest score decides. */
    static long right(NDArray scores, NDArray labels) {
        try (NDArray right =
                Scoped.result(
                        () -> scores.argMax(-1).eq(labels).toType(DataType.INT64, false).sum())) {
            return right.getLong();
        }
    }
}
