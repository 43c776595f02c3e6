package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import org.bdia.torch.Scoped;

/** The two streams of a coupled stack, x<sub>K−1</sub> and x<sub>K</sub>, side by side: (B, T, D) twice ⇄ (B, T, 2D). */
final class Streams {

    private Streams() {}

    static NDArray join(NDArray first, NDArray second) {
        return first.concat(second, first.getShape().dimension() - 1);
    }

    /** A copy of the first stream, 0, or the second, 1. */
    static NDArray part(NDArray joined, int index) {
        return Scoped.result(
                () -> {
                    NDList halves = joined.split(2, joined.getShape().dimension() - 1);
                    return halves.get(index).duplicate();
                });
    }
}
