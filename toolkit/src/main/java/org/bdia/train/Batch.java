package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

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

    /** Frees the arrays. */
    @Override
    public void close() {
        inputs.close();
        labels.close();
    }
}
