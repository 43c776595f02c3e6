package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.bdia.config.FixedPoint;
import org.bdia.torch.Scoped;
import org.bdia.torch.ScriptText;
import org.bdia.torch.TorchScript;

/**
 * {@link BdiaStep} in place and in few passes over memory, the same bits.
 *
 * <p>In units of the grid t = x 2<sup>l</sup> is a whole number, and γ(x + s 2<sup>−l</sup>) = sign(γ) 2<sup>−l</sup> ⌈t
 * 2<sup>−m</sup>⌉ with s = 2<sup>m</sup> ⌈t 2<sup>−m</sup>⌉ − t, since {@link org.bdia.config.Method.Bdia} admits no |γ| but
 * 2<sup>−m</sup>, so that sign(γ) and m are all of γ. Multiplying by powers of two is exact, so every rounding is
 * that of the plain step; only above a third of the grid's bound, where (1−γ)x is rounded itself, a fused multiply-add may round
 * otherwise, forward and inverse alike. Whatever is written to a state is added to +0 last, so that no state is −0.0.
 */
final class FusedStep implements Step {

    private static final String ENTER =
            """
            return torch.add(zero, torch.round_(torch.mul(x, UP)), alpha=DOWN)
            """;

    private static final String FIRST =
            """
            return torch.add(x, torch.round_(torch.mul(h, UP)), alpha=DOWN)
            """;

    private static final String RESIDUAL =
            """
            return torch.add(zero, torch.round_(torch.mul_(torch.add(x, h), UP)), alpha=DOWN)
            """;

    /** y = round(((1+γ)h + (1−γ)x) 2^l); step and undo must take the very same operations here. */
    private static final String ROUNDED =
            """
            plus = torch.mul(torch.add(gamma, 1), UP)
            minus = torch.mul(torch.rsub(gamma, 1), UP)
            y = torch.round_(torch.addcmul_(torch.mul(h, plus), x, minus))
            """;

    private static final String STEP =
            """
            t = torch.mul_(state, UP)
            u = torch.ceil_(torch.mul(t, INVERSE))
            next = torch.addcmul_(y, u, torch.sign(gamma))
            """;

    /** −s = t − 2^m u; the weights are negative too. */
    private static final String PACK =
            """
            negated = torch.reshape(torch.sub_(t, u, alpha=RADIX), [-1])
            padded = torch.constant_pad_nd(negated, [0, torch.remainder(torch.neg(torch.numel(t)), COUNT)])
            packed = torch.to(torch.matmul(torch.reshape(padded, [-1, COUNT]), weights), 0)
            """;

    private static final String NO_PACK = "packed = zero\n";

    private static final String WRITE =
            """
            written = torch.add(zero, next, alpha=DOWN, out=state)
            return packed
            """;

    private static final String UNDO =
            """
            even = torch.sub_(state, y, alpha=DOWN)
            return torch.addcmul(offsets, even, torch.mul(torch.sign(gamma), RADIX), out=state)
            """;

    private static final String ADJOINT =
            """
            sum = torch.add_(torch.addcmul(inner, outer, torch.rsub(gamma, 1)), carry)
            carried = torch.mul(outer, gamma, out=carry)
            return torch.copy_(outer, sum)
            """;

    private final FixedPoint grid;
    private final BdiaStep plain;
    private final int sideBits;
    private final TorchScript entering;
    private final TorchScript first;
    private final TorchScript residual;
    private final TorchScript packing;
    private final TorchScript stepping;
    private final TorchScript undoing;
    private final TorchScript adjoint;

    /**
     * The fused twin of a step.
     *
     * @param plain the step on the same grid with the same m
     */
    FusedStep(FixedPoint grid, int sideBits, BdiaStep plain) {
        this.grid = grid;
        this.sideBits = sideBits;
        this.plain = plain;
        entering = script("x, zero", ENTER);
        first = script("x, h", FIRST);
        residual = script("x, h, zero", RESIDUAL);
        String step = "state, x, h, gamma, weights, zero";
        packing = script(step, ROUNDED + STEP + PACK + WRITE);
        stepping = script(step, ROUNDED + STEP + NO_PACK + WRITE);
        undoing = script("state, x, h, gamma, offsets", ROUNDED + UNDO);
        adjoint = script("inner, outer, carry, gamma", ADJOINT);
    }

    private TorchScript script(String parameters, String body) {
        int bits = Math.max(1, sideBits); // without side bits there is no step
        ScriptText text =
                new ScriptText(body)
                        .with("UP", grid.scale())
                        .with("DOWN", grid.step())
                        .with("INVERSE", Math.scalb(1.0, -bits))
                        .with("RADIX", 1 << bits)
                        .with("COUNT", 8 / bits);
        return new TorchScript(parameters, text.toString());
    }

    @Override
    public NDArray enter(NDArray embedding) {
        return Scoped.result(() -> entering.call(embedding, zero(embedding)));
    }

    @Override
    public NDArray first(NDArray current, NDArray branch) {
        return first.call(current, branch);
    }

    @Override
    public NDArray residual(NDArray current, NDArray branch) {
        return Scoped.result(() -> residual.call(current, branch, zero(current)));
    }

    @Override
    public void step(NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        packed(stepping, state, current, branch, gamma).close();
    }

    @Override
    public SideBits stepKeeping(
            NDManager owner, NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        NDArray packed = packed(packing, state, current, branch, gamma);
        return SideBits.packed(owner, packed, state.getShape(), sideBits, grid);
    }

    private NDArray packed(
            TorchScript script, NDArray state, NDArray current, NDArray branch, NDArray gamma) {
        return Scoped.result(
                () -> {
                    NDArray weights = SideBits.weights(state, sideBits).neg();
                    return script.call(state, current, branch, gamma, weights, zero(state));
                });
    }

    @Override
    public void undo(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        undoing.call(state, current, branch, gamma, side.offsets(-1)).close();
    }

    @Override
    public void adjoint(NDArray inner, NDArray outer, NDArray carry, NDArray gamma) {
        adjoint.call(inner, outer, carry, gamma).close();
    }

    @Override
    public void check(int index, NDArray state) {
        plain.check(index, state);
    }

    private static NDArray zero(NDArray like) {
        return like.getManager().create(0f);
    }
}
