package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import org.bdia.config.FixedPoint;
import org.bdia.config.Kernels;
import org.bdia.config.Method;

/**
 * One block's arithmetic: two states in, one state out, nothing remembered. A leap overwrites the older state with the
 * newer one, and back does the reverse, so that two states' memory is enough.
 *
 * <p>Letters: B batch, T tokens, D width. States, branches h: (B, T, D); gamma: (B, 1, 1); side: null where the method
 * keeps none. Whole batches or slices of them.
 */
sealed interface Step permits BdiaStep, FusedStep, FloatStep, CouplingStep {

    /** The whole of an array, to overwrite it. */
    NDIndex ALL = new NDIndex(":");

    /** The arithmetic of a method. */
    static Step of(Method method, Kernels kernels) {
        if (method instanceof Method.Bdia bdia) {
            return onGrid(new FixedPoint(bdia.level()), bdia.sideBits(), kernels);
        }
        if (method instanceof Method.Quantised quantised) {
            return onGrid(new FixedPoint(quantised.level()), 0, kernels);
        }
        return method instanceof Method.RevNet ? new CouplingStep() : new FloatStep();
    }

    private static Step onGrid(FixedPoint grid, int sideBits, Kernels kernels) {
        var plain = new BdiaStep(grid, sideBits);
        return kernels == Kernels.PLAIN ? plain : new FusedStep(grid, sideBits, plain);
    }

    /** x<sub>0</sub> from the embedding; always a new array. */
    NDArray enter(NDArray embedding);

    /** x<sub>1</sub> from x<sub>0</sub> and h<sub>0</sub>. */
    default NDArray first(NDArray current, NDArray branch) {
        return plain(current, branch);
    }

    /** x<sub>k+1</sub> from x<sub>k</sub> and h<sub>k</sub> where γ = 0. */
    NDArray plain(NDArray current, NDArray branch);

    /**
     * x<sub>k+1</sub> = γ x<sub>k−1</sub> + (1−γ) x<sub>k</sub> + (1+γ) h<sub>k</sub>(x<sub>k</sub>) with one γ of any value; on a
     * grid the whole sum is rounded, since nothing is to be rebuilt.
     */
    default NDArray blend(NDArray previous, NDArray current, NDArray branch, double gamma) {
        throw new UnsupportedOperationException(this + " has no gamma");
    }

    /** x<sub>k+1</sub> from x<sub>k−1</sub> and h<sub>k</sub>(x<sub>k</sub>) where two streams are {@link #coupled}. */
    default NDArray couple(NDArray previous, NDArray branch) {
        throw new UnsupportedOperationException(this + " has one stream");
    }

    /** Whether the states are two streams in turn, both of which the output holds. */
    default boolean coupled() {
        return false;
    }

    /**
     * Overwrites x<sub>k−1</sub> with x<sub>k+1</sub>.
     *
     * @param state x<sub>k−1</sub>, afterwards x<sub>k+1</sub>
     * @param gamma null where the method has none
     * @param owner who is to own the side bits; null if they are not wanted
     * @return the side information of x<sub>k−1</sub>, or null
     */
    SideBits leap(NDArray state, NDArray current, NDArray branch, NDArray gamma, NDManager owner);

    /**
     * Overwrites x<sub>k+1</sub> with x<sub>k−1</sub>: undoes {@link #leap}.
     *
     * @param state x<sub>k+1</sub>, afterwards x<sub>k−1</sub>
     * @param side what leap returned
     */
    void back(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side);

    /** (1+γ) outer, what a branch's graph is multiplied by. */
    default NDArray scaled(NDArray outer, NDArray gamma) {
        return outer.mul(gamma.add(1));
    }

    /**
     * The adjoint of a leap, the branch aside: inner ← inner + (1−γ) outer + carry = ∂L/∂x_k, carry ← γ outer, which is the
     * part of ∂L/∂x_{k−1} that bypasses x_k, and outer ← inner.
     *
     * @param inner (1+γ) Jᵀ ∂L/∂x_{k+1}
     * @param outer ∂L/∂x_{k+1}
     * @param carry the part of ∂L/∂x_k that came from x_{k+2}
     */
    default void adjoint(NDArray inner, NDArray outer, NDArray carry, NDArray gamma) {
        inner.addi(outer.mul(gamma.neg().addi(1))).addi(carry);
        carry.set(ALL, outer.mul(gamma));
        outer.set(ALL, inner);
    }

    /** Whether {@link #plain} is x + h without rounding, so that a graph may hold it. */
    default boolean residual() {
        return false;
    }

    /**
     * Checks a state when it is made.
     *
     * @throws StateRangeException if the state cannot be exact
     */
    void check(int index, NDArray state);
}
