package org.bdia.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.function.Supplier;

/** Computes one array and frees all intermediate ones. */
public final class Scoped {

    private Scoped() {}

    /** Returns the computation's result, registered with the caller's scope as any DJL result. */
    public static NDArray result(Supplier<NDArray> computation) {
        NDArray result;
        try (NDScope scope = new NDScope()) {
            result = computation.get();
            NDScope.unregister(result);
        }
        NDScope.register(result);
        return result;
    }
}
