package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import org.bdia.config.FixedPoint;
import org.bdia.torch.Scoped;

/**
 * The midpoint rule on the grid 2<sup>−l</sup>, x<sub>k+1</sub> = x<sub>k−1</sub> + Q[2h<sub>k</sub>(x<sub>k</sub>)].
 *
 * <p>States and the rounded branch are whole multiples of 2<sup>−l</sup>, so that below the grid's bound their sum is exact and the
 * inverse subtracts the very same number: no side bits. A difference of equal numbers is +0, so that no state becomes −0.0.
 *
 * @see <a href="https://arxiv.org/abs/2512.02056">Gal et al., Reversing Large Language Models, 2025</a>
 */
final class MidpointStep implements Step {

    private final double doubled;
    private final double unit;
    private final Step plain;

    /**
     * A step on a grid.
     *
     * @param plain the plain transformer's step on the same grid
     */
    MidpointStep(FixedPoint grid, Step plain) {
        this.doubled = 2 * grid.scale();
        this.unit = grid.step();
        this.plain = plain;
    }

    @Override
    public NDArray enter(NDArray embedding) {
        return plain.enter(embedding);
    }

    /** x_1 = x_0 + Q[h_0]. */
    @Override
    public NDArray residual(NDArray current, NDArray branch) {
        return plain.first(current, branch);
    }

    @Override
    public void step(NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        try (NDArray increment = increment(branch)) {
            state.addi(increment);
        }
    }

    @Override
    public void undo(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        try (NDArray increment = increment(branch)) {
            state.subi(increment);
        }
    }

    /** Q[2h]. */
    private NDArray increment(NDArray branch) {
        return Scoped.result(() -> branch.mul(doubled).round().muli(unit));
    }

    @Override
    public NDArray scaled(NDArray outer, NDArray gamma) {
        return outer.mul(2);
    }

    @Override
    public void adjoint(NDArray inner, NDArray outer, NDArray carry, NDArray gamma) {
        NDArray sum = inner.add(carry);
        carry.set(ALL, outer);
        outer.set(ALL, sum);
    }

    @Override
    public void check(int index, NDArray state) {
        plain.check(index, state);
    }
}
