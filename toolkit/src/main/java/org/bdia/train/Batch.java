package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import java.util.Arrays;

/**
 * One mini batch on a device.
 *
 * @param inputs what the model takes, first axis B
 * @param labels what the loss compares with
 * @param sampleIds the B samples' ids in their data set
 * @param units what the loss is a mean over: the samples, or the tokens to be predicted
 */
@SuppressWarnings(
        "ArrayRecordComponent") // handed on to StepKey, which copies it; batches are never compared
public record Batch(NDList inputs, NDArray labels, long[] sampleIds, long units)
        implements AutoCloseable {

    /** The number B of samples. */
    public int size() {
        return sampleIds.length;
    }

    /**
     * Returns some of the samples, as views that the caller's scope frees. Their units are the labels that are not {@linkplain
     * CrossEntropy#IGNORED ignored} where the batch's are, else the samples.
     */
    Batch rows(int from, int to) {
        NDIndex rows = new NDIndex(from + ":" + to);
        NDList some = new NDList();
        inputs.forEach(input -> some.add(input.get(rows)));
        NDArray wanted = labels.get(rows);
        return new Batch(
                some,
                wanted,
                Arrays.copyOfRange(sampleIds, from, to),
                units == CrossEntropy.counted(labels) ? CrossEntropy.counted(wanted) : to - from);
    }

    /** Frees the arrays. */
    @Override
    public void close() {
        inputs.close();
        labels.close();
    }
}
