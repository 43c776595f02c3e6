package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * One mini batch on a device.
 *
 * @param inputs what the model takes, first axis B
 * @param labels what the loss compares with
 * @param sampleIds the B samples' ids in their data set
 */
@SuppressWarnings(
        "ArrayRecordComponent") // handed on to Draw, which copies it; batches are never compared
public record Batch(NDList inputs, NDArray labels, long[] sampleIds) implements AutoCloseable {

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
