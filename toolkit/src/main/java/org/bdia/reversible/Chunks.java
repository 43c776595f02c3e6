package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.Arrays;

/**
 * The slices of a batch that a block works on one after another. Branches treat samples independently, so that only
 * memory and the order of sums in weight gradients depend on them.
 *
 * @param batch B
 * @param size the samples of each slice but the last
 * @param axes the number of a state's axes
 */
record Chunks(int batch, int size, int axes) {

    /** Returns slices of whole samples with about {@code tokens} tokens each; 0 = one slice. */
    static Chunks of(Shape state, int tokens) {
        int batch = Math.toIntExact(state.get(0));
        long perSample = Math.max(1, state.size() / batch / state.get(state.dimension() - 1));
        int size = tokens == 0 ? batch : (int) Math.max(1, Math.min(batch, tokens / perSample));
        return new Chunks(batch, size, state.dimension());
    }

    /** The number of slices. */
    int count() {
        return (batch + size - 1) / size;
    }

    /** Slice c of an array (B, …), sharing its storage; null of null. */
    NDArray of(NDArray array, int c) {
        return array == null
                ? null
                : JniUtils.slice(
                        (PtNDArray) array, 0, (long) c * size, Math.min(batch, (c + 1) * size), 1);
    }

    /** The draw of slice c's samples. */
    StepKey of(StepKey draw, int c) {
        return count() == 1
                ? draw
                : new StepKey(
                        draw.seed(),
                        draw.step(),
                        Arrays.copyOfRange(
                                draw.sampleIds(), c * size, Math.min(batch, (c + 1) * size)),
                        draw.part());
    }

    /**
     * Returns slice c of the arrays of each sample, and all the others whole. An array with fewer axes than a state broadcasts
     * over the samples: its first axis is not the batch, even where it is as long, as in a mask (T, T) with T = B.
     */
    NDList of(NDList context, int c) {
        if (count() == 1) {
            return context;
        }
        NDList slices = new NDList();
        for (NDArray array : context) {
            Shape shape = array.getShape();
            boolean perSample = shape.dimension() >= axes && shape.get(0) == batch;
            slices.add(perSample ? of(array, c) : array);
        }
        return slices;
    }

    /** Writes slice c of an array. */
    void set(NDArray array, int c, NDArray value) {
        array.set(new NDIndex(c * size + ":" + Math.min(batch, (c + 1) * size)), value);
    }
}
