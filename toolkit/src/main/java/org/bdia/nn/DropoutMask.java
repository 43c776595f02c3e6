package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.norm.Dropout;

/** Inverted dropout: in training each value is zeroed with a probability, and the others are scaled up. */
final class DropoutMask {

    private DropoutMask() {}

    /** The values themselves in evaluation or at rate 0; the mask is drawn from the engine's generator. */
    static NDArray apply(NDArray values, float rate, boolean training) {
        return training && rate > 0
                ? Dropout.dropout(values, rate, true).singletonOrThrow()
                : values;
    }
}
