package org.bdia.reversible;

import ai.djl.ndarray.NDArray;

/** Steps in plain floating point: the standard transformer (γ = 0) and BDIA without quantiser. */
final class FloatStep implements Step {

    /** x_{k+1} = γ x_{k−1} + (1 − γ) x_k + (1 + γ) h. */
    @Override
    public void step(NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        state.muli(gamma).addi(inner(current, branch, gamma));
    }

    /** x_{k−1} = (x_{k+1} − (1 − γ) x_k − (1 + γ) h) / γ, up to rounding that grows by 1/|γ| per block. */
    @Override
    public void undo(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        state.subi(inner(current, branch, gamma)).divi(gamma);
    }

    private static NDArray inner(NDArray current, NDArray branch, NDArray gamma) {
        return current.mul(gamma.neg().addi(1)).addi(branch.mul(gamma.add(1)));
    }
}
