package org.bdia.config;

/** How a reversible stack is differentiated. What it computes is the business of {@link Method}. */
public enum Backprop {
    /** Keeps every block's graph: fastest, memory grows by one block's activations per block. */
    STORE,

    /** Keeps every state and recomputes each block's graph: memory grows by one state per block. */
    CHECKPOINT,

    /** Keeps two states and the side bits, rebuilds the other states: memory grows by m bits per activation. */
    REVERSIBLE;

    /**
     * Checks that a method can be differentiated this way.
     *
     * @throws IllegalArgumentException if this is {@link #REVERSIBLE} and the method has no inverse
     */
    public void requireSupports(Method method) {
        if (this == REVERSIBLE && !method.invertible()) {
            String reason =
                    method instanceof Method.BdiaFloat
                            ? " has none: it would divide by a gamma that may be next to 0"
                            : " has none";
            throw new IllegalArgumentException(
                    "Backprop.REVERSIBLE needs a method with an inverse, but "
                            + method
                            + reason
                            + "; use Method.bdia(0.5), or Backprop.STORE or Backprop.CHECKPOINT");
        }
    }
}
