package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.bdia.config.FixedPoint;
import org.bdia.torch.Scoped;
import org.bdia.torch.TorchScript;

/**
 * {@link BdiaStep} in place and in few passes over memory, the same bits.
 *
 * <p>In units of the grid t = x 2<sup>l</sup> is a whole number, and γ(x + s 2<sup>−l</sup>) = sign(γ) 2<sup>−l</sup> ⌈t
 * 2<sup>−m</sup>⌉ with s = 2<sup>m</sup> ⌈t 2<sup>−m</sup>⌉ − t. Multiplying by powers of two is exact, so every rounding is
 * that of the plain step; only above a third of the grid's bound, where (1−γ)x is rounded itself, a fused multiply-add may round
 * otherwise, back and forth alike. Whatever is written to a state is added to +0 last, so that no state is −0.0.
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

    private static final String PLAIN =
            """
            return torch.add(zero, torch.round_(torch.mul_(torch.add(x, h), UP)), alpha=DOWN)
            """;

    /** y = round(((1+γ)h + (1−γ)x) 2^l); leap and back must take the very same operations here. */
    private static final String ROUNDED =
            """
            plus = torch.mul(torch.add(gamma, 1), UP)
            minus = torch.mul(torch.rsub(gamma, 1), UP)
            y = torch.round_(torch.addcmul_(torch.mul(h, plus), x, minus))
            """;

    private static final String LEAP =
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

    private static final String BACK =
            """
            even = torch.sub_(state, y, alpha=DOWN)
            return torch.addcmul(offsets, even, torch.mul(torch.sign(gamma), RADIX), out=state)
            """;

    private static final String ADJOINT =
            """
            sum = torch.add_(torch.addcmul_(inner, outer, torch.rsub(gamma, 1)), carry)
            carried = torch.mul(outer, gamma, out=carry)
            return torch.copy_(outer, sum)
            """;

    private final FixedPoint grid;
    private final BdiaStep plain;
    private final int sideBits;
    private final TorchScript entering;
    private final TorchScript firstly;
    private final TorchScript plainly;
    private final TorchScript leaping;
    private final TorchScript leapingWithoutSide;
    private final TorchScript goingBack;
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
        firstly = script("x, h", FIRST);
        plainly = script("x, h, zero", PLAIN);
        String leap = "state, x, h, gamma, weights, zero";
        leaping = script(leap, ROUNDED + LEAP + PACK + WRITE);
        leapingWithoutSide = script(leap, ROUNDED + LEAP + NO_PACK + WRITE);
        goingBack = script("state, x, h, gamma, offsets", ROUNDED + BACK);
        adjoint = script("inner, outer, carry, gamma", ADJOINT);
    }

    private TorchScript script(String parameters, String body) {
        int bits = Math.max(1, sideBits); // without side bits there is no leap
        return new TorchScript(
                parameters,
                body.replace("UP", Double.toString(grid.scale()))
                        .replace("DOWN", Double.toString(grid.step()))
                        .replace("INVERSE", Double.toString(Math.scalb(1.0, -bits)))
                        .replace("RADIX", Integer.toString(1 << bits))
                        .replace("COUNT", Integer.toString(8 / bits)));
    }

    @Override
    public NDArray enter(NDArray embedding) {
        return Scoped.result(() -> entering.call(embedding, zero(embedding)));
    }

    @Override
    public NDArray first(NDArray current, NDArray branch) {
        return firstly.call(current, branch);
    }

    @Override
    public NDArray plain(NDArray current, NDArray branch) {
        return Scoped.result(() -> plainly.call(current, branch, zero(current)));
    }

    @Override
    public NDArray blend(NDArray previous, NDArray current, NDArray branch, double gamma) {
        return plain.blend(previous, current, branch, gamma);
    }

    @Override
    public SideBits leap(
            NDArray state, NDArray current, NDArray branch, NDArray gamma, NDManager sideOwner) {
        TorchScript script = sideOwner == null ? leapingWithoutSide : leaping;
        NDArray packed =
                Scoped.result(
                        () -> {
                            NDArray weights = SideBits.weights(state, sideBits).neg();
                            return script.call(state, current, branch, gamma, weights, zero(state));
                        });
        if (sideOwner == null) {
            packed.close();
            return null;
        }
        return SideBits.packed(sideOwner, packed, state.getShape(), sideBits, grid);
    }

    @Override
    public void back(NDArray state, NDArray current, NDArray branch, NDArray gamma, SideBits side) {
        goingBack.call(state, current, branch, gamma, side.offsets(-1)).close();
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
