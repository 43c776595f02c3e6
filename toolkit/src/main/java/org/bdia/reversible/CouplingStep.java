package org.bdia.reversible;

import ai.djl.ndarray.NDArray;

/**
 * The additive coupling of two streams, x<sub>k+1</sub> = x<sub>k−1</sub> + h<sub>k</sub>(x<sub>k</sub>), in floating point:
 * its inverse subtracts what was added, and so is off by roundings alone. Both streams begin as x<sub>0</sub>, so that
 * x<sub>1</sub> = x<sub>0</sub> + h<sub>0</sub>(x<sub>0</sub>).
 */
final class CouplingStep implements Step {

    @Override
    public void step(NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        state.addi(branch);
    }

    @Override
    public void undo(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        state.subi(branch);
    }

    /** A copy: what a branch only reshapes has a gradient that shares the storage. */
    @Override
    public NDArray scaled(NDArray outer, NDArray gamma) {
        return outer.duplicate();
    }

    @Override
    public void adjoint(NDArray inner, NDArray outer, NDArray carry, NDArray gamma) {
        NDArray sum = inner.add(carry);
        carry.set(ALL, outer);
        outer.set(ALL, sum);
    }
}
