package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.bdia.config.FixedPoint;
import org.bdia.torch.Scoped;

/**
 * One exact BDIA step: two states in, one state out, nothing remembered.
 *
 * <p>All states are float32 on the grid 2<sup>−l</sup> and never −0.0: γ = −½ flips the sign of a zero, so a
 * rebuilt zero could differ in its sign bit from the one that was made.
 *
 * @param sideBits m per activation; 0 for γ = 0
 * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025, section 4</a>
 */
record BdiaStep(FixedPoint grid, int sideBits) implements Step {

    /** x_0 = Q[embedding]. */
    @Override
    public NDArray enter(NDArray embedding) {
        return Scoped.result(() -> quantise(embedding.duplicate()).addi(0f));
    }

    /** x_1 = x_0 + Q[h_0]. */
    @Override
    public NDArray first(NDArray current, NDArray branch) {
        return Scoped.result(() -> quantise(branch.duplicate()).addi(current).addi(0f));
    }

    /** x_{k+1} = Q[x_k + h_k]. */
    @Override
    public NDArray residual(NDArray current, NDArray branch) {
        return Scoped.result(() -> quantise(current.add(branch)).addi(0f));
    }

    @Override
    public void step(NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        stepKeeping(state.getManager(), state, current, branch, gamma).close();
    }

    @Override
    public SideBits stepKeeping(
            NDManager owner, NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        SideBits side = side(owner, state);
        state.set(ALL, forward(state, current, branch, gamma, side));
        return side;
    }

    @Override
    public void undo(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        state.set(ALL, inverse(state, current, branch, gamma, side));
    }

    /** The side bits of a state that a step is going to overwrite. */
    SideBits side(NDManager owner, NDArray previous) {
        return SideBits.of(owner, previous, sideBits, grid);
    }

    /** x_{k+1} = γ(x_{k−1} + s 2^−l) + Q[(1−γ)x_k + (1+γ)h]. */
    NDArray forward(
            NDArray previous, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        return Scoped.result(
                () -> {
                    NDArray next = side.offsets(1).addi(previous).muli(gamma);
                    return next.addi(inner(current, branch, gamma)).addi(0f);
                });
    }

    /** The exact inverse of {@link #forward}: x_{k−1} = (x_{k+1} − Q[…])/γ − s 2^−l, bit for bit. */
    NDArray inverse(NDArray next, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        return Scoped.result(
                () -> {
                    // 1/γ is ±2^m, so the division is exact.
                    NDArray even = next.sub(inner(current, branch, gamma)).divi(gamma);
                    return even.subi(side.offsets(1)).addi(0f);
                });
    }

    @Override
    public void check(int index, NDArray state) {
        float largest;
        float smallest;
        try (NDArray max = state.max();
                NDArray min = state.min()) {
            largest = max.getFloat();
            smallest = min.getFloat();
        }
        float extreme = -smallest > largest ? smallest : largest;
        // Written so that NaN, for which every comparison is false, fails.
        if (!(largest < grid.bound() && smallest > -grid.bound())) {
            throw new StateRangeException(index, Float.isNaN(smallest) ? smallest : extreme, grid);
        }
    }

    /** Q[(1−γ)x + (1+γ)h]; forward and inverse must take the very same operations here. */
    private NDArray inner(NDArray current, NDArray branch, NDArray gamma) {
        NDArray sum = current.mul(gamma.neg().addi(1)).addi(branch.mul(gamma.add(1)));
        return quantise(sum);
    }

    /** round(y / 2^−l) · 2^−l, half to even; overwrites its argument. */
    private NDArray quantise(NDArray values) {
        return values.muli(grid.scale()).round().muli(grid.step());
    }
}
