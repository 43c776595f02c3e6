package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Work on a large array some rows at a time: what is computed on the way is then small, and stays in the CPU's caches. */
final class Rows {

    static final long ELEMENTS = 1 << 20;

    private Rows() {}

    /**
     * Shows a view of every part of arrays of one shape, each in a scope of its own.
     *
     * @param shape of arrays of any strides; one of at most 2^20 elements has one part
     * @param work is given what takes an array to its part
     */
    static void each(Shape shape, Consumer<UnaryOperator<NDArray>> work) {
        long rows = shape.size() <= ELEMENTS ? 1 : shape.get(0);
        long step = Math.max(1, ELEMENTS * rows / Math.max(1, shape.size()));
        for (long from = 0; from < rows; from += step) {
            NDIndex part = new NDIndex("{}:{}", from, Math.min(rows, from + step));
            try (NDScope scope = new NDScope()) {
                work.accept(rows == 1 ? array -> array : array -> array.get(part));
            }
        }
    }
}
