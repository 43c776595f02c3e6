package org.bdia.data;

/**
 * A batch of B images, ready to become tensors.
 *
 * @param pixels normalised float32, (B, 3, S, S) row-major
 * @param labels the class of each image, (B)
 * @param sampleIds the image's number in its data set, (B)
 */
@SuppressWarnings("ArrayRecordComponent") // created for one step; a copy would be waste
public record ImageBatch(float[] pixels, int[] labels, long[] sampleIds) {

    /** Returns the number of images B. */
    public int size() {
        return labels.length;
    }
}
