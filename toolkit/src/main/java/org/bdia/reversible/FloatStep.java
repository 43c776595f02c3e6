package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.bdia.torch.Scoped;

/** Steps in plain floating point: the standard transformer (γ = 0) and BDIA without quantiser. */
final class FloatStep implements Step {

    @Override
    public NDArray enter(NDArray embedding) {
        return embedding.duplicate();
    }

    @Override
    public NDArray plain(NDArray current, NDArray branch) {
        return current.add(branch);
    }

    @Override
    public NDArray blend(NDArray previous, NDArray current, NDArray branch, double gamma) {
        return Scoped.result(
                () -> current.mul(1 - gamma).addi(branch.mul(1 + gamma)).addi(previous.mul(gamma)));
    }

    @Override
    public boolean residual() {
        return true;
    }

    /** x_{k+1} = γ x_{k−1} + (1 − γ) x_k + (1 + γ) h. */
    @Override
    public SideBits leap(
            NDArray state, NDArray current, NDArray branch, NDArray gamma, NDManager owner) {
        state.muli(gamma).addi(inner(current, branch, gamma));
        return null;
    }

    /** x_{k−1} = (x_{k+1} − (1 − γ) x_k − (1 + γ) h) / γ, up to rounding that grows by 1/|γ| per block. */
    @Override
    public void back(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        state.subi(inner(current, branch, gamma)).divi(gamma);
    }

    @Override
    public void check(int index, NDArray state) {
        // Floating-point states have no range to leave; a NaN shows in the loss.
    }

    private static NDArray inner(NDArray current, NDArray branch, NDArray gamma) {
        return current.mul(gamma.neg().addi(1)).addi(branch.mul(gamma.add(1)));
    }
}
