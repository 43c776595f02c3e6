package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import org.bdia.config.FixedPoint;
import org.bdia.config.Kernels;
import org.bdia.config.Method;

/**
 * One block's arithmetic: two states in, one state out, nothing remembered. A step overwrites the older state with the newer
 * one, undo does the reverse, so that two states' memory is enough.
 *
 * <p>Letters: B batch, T tokens, D width. States, branches h: (B, T, D); gamma: (B, 1, 1), ignored by
 * methods without γ. Whole batches or slices of them.
 */
sealed interface Step permits BdiaStep, FusedStep, FloatStep, CouplingStep, MidpointStep {

    /** The whole of an array, to overwrite it. */
    NDIndex ALL = new NDIndex(":");

    /** The arithmetic of a method: the one place that pairs the two. */
    static Step of(Method method, Kernels kernels) {
        if (method instanceof Method.Bdia bdia) {
            return onGrid(new FixedPoint(bdia.level()), bdia.sideBits(), kernels);
        }
        if (method instanceof Method.Quantised quantised) {
            return onGrid(new FixedPoint(quantised.level()), 0, kernels);
        }
        if (method instanceof Method.Midpoint midpoint) {
            var grid = new FixedPoint(midpoint.level());
            return new MidpointStep(grid, onGrid(grid, 0, kernels));
        }
        if (method instanceof Method.RevNet) {
            return new CouplingStep();
        }
        if (method instanceof Method.Standard || method instanceof Method.BdiaFloat) {
            return new FloatStep();
        }
        throw new IllegalStateException(
                method + " has no arithmetic; write its Step and pair the two in Step.of");
    }

    private static Step onGrid(FixedPoint grid, int sideBits, Kernels kernels) {
        var plain = new BdiaStep(grid, sideBits);
        return kernels == Kernels.PLAIN ? plain : new FusedStep(grid, sideBits, plain);
    }

    /** x<sub>0</sub> from the embedding; always a new array. */
    default NDArray enter(NDArray embedding) {
        return embedding.duplicate();
    }

    /** x<sub>1</sub> = x<sub>0</sub> + h<sub>0</sub>, on a grid rounded. */
    default NDArray first(NDArray current, NDArray branch) {
        return residual(current, branch);
    }

    /** x<sub>k+1</sub> = x<sub>k</sub> + h<sub>k</sub>, on a grid rounded, from x<sub>k</sub> and h<sub>k</sub> alone, γ = 0. */
    default NDArray residual(NDArray current, NDArray branch) {
        return current.add(branch);
    }

    /**
     * Overwrites x<sub>k−1</sub> with x<sub>k+1</sub>.
     *
     * @param state x<sub>k−1</sub>, afterwards x<sub>k+1</sub>
     */
    void step(NDArray state, NDArray current, NDArray branch, NDArray gamma);

    /**
     * {@link #step} that keeps what {@link #undo} needs beside the states.
     *
     * @param owner the manager that is to own the side bits
     * @return the side bits of x<sub>k−1</sub>, {@link SideBits#NONE} where the method keeps none
     */
    default SideBits stepKeeping(
            NDManager owner, NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        step(state, current, branch, gamma);
        return SideBits.NONE;
    }

    /**
     * Overwrites x<sub>k+1</sub> with x<sub>k−1</sub>.
     *
     * @param state x<sub>k+1</sub>, afterwards x<sub>k−1</sub>
     * @param side what {@link #stepKeeping} returned
     */
    void undo(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side);

    /** (1+γ) outer, what a branch's graph is multiplied by. */
    default NDArray scaled(NDArray outer, NDArray gamma) {
        return outer.mul(gamma.add(1));
    }

    /**
     * The adjoint of a step, the branch aside: outer ← inner + (1−γ) outer + carry = ∂L/∂x_k, and carry ← γ outer, which is the
     * part of ∂L/∂x_{k−1} that bypasses x_k.
     *
     * @param inner (1+γ) Jᵀ ∂L/∂x_{k+1}; not written to, since it may share its storage with the gradient of a context or parameter
     *     that the branch only reshapes
     * @param outer ∂L/∂x_{k+1}
     * @param carry the part of ∂L/∂x_k that came from x_{k+2}
     */
    default void adjoint(NDArray inner, NDArray outer, NDArray carry, NDArray gamma) {
        NDArray sum = inner.add(outer.mul(gamma.neg().addi(1))).addi(carry);
        carry.set(ALL, outer.mul(gamma));
        outer.set(ALL, sum);
    }

    /**
     * Checks a state when it is made. Floating-point states have no range to leave; a NaN shows in the loss.
     *
     * @throws StateRangeException if the state cannot be exact
     */
    default void check(int index, NDArray state) {}
}
