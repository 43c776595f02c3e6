package org.bdia.torch;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import java.util.function.Supplier;

/** Computes one array and frees every other array that was made on the way. */
public final class Scoped {

    private Scoped() {}

    /** The computation's result, registered with the caller's scope as any DJL result is. */
    public static NDArray result(Supplier<NDArray> computation) {
        NDArray result;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            result = computation.get();
            NDScope.unregister(result);
        }
        NDScope.register(result);
        return result;
    }
}
