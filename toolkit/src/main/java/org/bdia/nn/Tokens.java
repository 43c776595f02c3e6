package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.stream.LongStream;

/** Token ids between Java and the engine. */
final class Tokens {

    private Tokens() {}

    /** Rows of equal length as one array (B, T). */
    static NDArray array(NDManager manager, long[][] rows) {
        long[] flat = Arrays.stream(rows).flatMapToLong(LongStream::of).toArray();
        return manager.create(flat, new Shape(rows.length, rows[0].length));
    }

    /** Rows of ids, padded at the end with {@link Seq2Seq#PAD}. */
    static NDArray padded(NDManager manager, int[][] rows) {
        int length = Arrays.stream(rows).mapToInt(row -> row.length).max().orElseThrow();
        long[][] padded = new long[rows.length][];
        for (int row = 0; row < rows.length; row++) {
            padded[row] = Arrays.copyOf(Arrays.stream(rows[row]).asLongStream().toArray(), length);
        }
        return array(manager, padded);
    }

    /** (B, 1, V) → B rows of V. */
    static float[][] rows(NDArray scores) {
        int width = (int) scores.getShape().get(2);
        float[] flat = scores.toFloatArray();
        float[][] rows = new float[flat.length / width][];
        for (int row = 0; row < rows.length; row++) {
            rows[row] = Arrays.copyOfRange(flat, row * width, (row + 1) * width);
        }
        return rows;
    }

    /** Two rows in one. */
    static int[] concat(int[] first, int[] second) {
        int[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
