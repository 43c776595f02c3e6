package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

/**
 * One block's arithmetic: states in, one state out, nothing remembered.
 *
 * <p>Letters: B batch, T tokens, D width. States, branches h: (B, T, D); gamma: (B, 1, 1), or null for γ = 0;
 * side: null where the method keeps none.
 */
sealed interface Step permits BdiaStep, FloatStep {

    /** The arithmetic of a method. */
    static Step of(Method method) {
        if (method instanceof Method.Bdia bdia) {
            return new BdiaStep(new FixedPoint(bdia.level()), bdia.sideBits());
        }
        if (method instanceof Method.Quantised quantised) {
            return new BdiaStep(new FixedPoint(quantised.level()), 0);
        }
        return new FloatStep();
    }

    /** x<sub>0</sub> from the embedding; always a new array. */
    NDArray enter(NDArray embedding);

    /** x<sub>1</sub> from x<sub>0</sub> and h<sub>0</sub>. */
    NDArray first(NDArray current, NDArray branch);

    /** The side information of x<sub>k−1</sub>, owned by the manager, or null. */
    SideBits side(NDManager manager, NDArray previous);

    /** x<sub>k+1</sub> from x<sub>k−1</sub>, x<sub>k</sub>, h<sub>k</sub>; previous is not read where γ = 0. */
    NDArray forward(
            NDArray previous, NDArray current, NDArray branch, NDArray gamma, SideBits side);

    /** x<sub>k−1</sub> from x<sub>k+1</sub>, x<sub>k</sub>, h<sub>k</sub>. */
    NDArray inverse(NDArray next, NDArray current, NDArray branch, NDArray gamma, SideBits side);

    /**
     * Checks a state when it is made.
     *
     * @throws StateRangeException if the state cannot be exact
     */
    void check(int index, NDArray state);
}
