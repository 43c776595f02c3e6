package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;

/**
 * The same methods as one graph through the whole stack, written from the equations, with rounding whose gradient
 * is the identity: what block-wise back-propagation is compared with.
 */
final class StraightThrough {

    private StraightThrough() {}

    static NDArray forward(List<? extends Block> branches, Method method, NDArray x, StepKey draw) {
        double step = 1;
        boolean grid = false;
        double magnitude = 0;
        if (method instanceof Method.Bdia bdia) {
            step = Math.scalb(1.0, -bdia.level());
            grid = true;
            magnitude = bdia.gamma();
        } else if (method instanceof Method.Quantised quantised) {
            step = Math.scalb(1.0, -quantised.level());
            grid = true;
        } else if (method instanceof Method.Midpoint midpoint) {
            step = Math.scalb(1.0, -midpoint.level());
            grid = true;
        } else if (method instanceof Method.BdiaFloat bdia) {
            magnitude = bdia.gamma();
        }
        NDArray previous = grid ? round(x, step) : x;
        NDArray h0 = run(branches, 0, previous, draw);
        NDArray current = previous.add(grid ? round(h0, step) : h0);
        for (int k = 1; k < branches.size(); k++) {
            NDArray h = run(branches, k, current, draw);
            NDArray next;
            if (method instanceof Method.RevNet) {
                next = previous.add(h);
            } else if (method instanceof Method.Midpoint) {
                next = previous.add(round(h.mul(2), step));
            } else if (method instanceof Method.Standard) {
                next = current.add(h);
            } else if (method instanceof Method.Quantised) {
                next = round(current.add(h), step);
            } else if (magnitude == 0) {
                throw new AssertionError(method + " has no equation here; write it");
            } else {
                float[] signs = Gamma.of(method, draw, k);
                NDArray gamma = Gamma.broadcast(x.getManager(), signs, 3, x.getDataType());
                NDArray inner = current.mul(gamma.neg().add(1)).add(h.mul(gamma.add(1)));
                NDArray earlier = previous;
                if (grid) {
                    earlier = previous.add(side(previous.stopGradient(), step, magnitude));
                    inner = round(inner, step);
                }
                next = inner.add(earlier.mul(gamma));
            }
            previous = current;
            current = next;
        }
        return method instanceof Method.RevNet ? previous.concat(current, 2) : current;
    }

    /** s·step, from the definition s = (−x/step) mod 1/|γ|, one number after the other. */
    private static NDArray side(NDArray state, double step, double magnitude) {
        float[] values = state.toFloatArray();
        int modulus = (int) (1 / magnitude);
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (Math.floorMod(-Math.round(values[i] / step), modulus) * step);
        }
        return state.getManager().create(values, state.getShape());
    }

    private static NDArray run(List<? extends Block> branches, int k, NDArray x, StepKey draw) {
        ParameterStore store = new ParameterStore(x.getManager(), false);
        return Autograd.seeded(
                draw.engineSeed(k),
                () -> branches.get(k).forward(store, new NDList(x), true).singletonOrThrow());
    }

    /**
     * The rounded value with the gradient of the unrounded: y · 1 + constant would not give the rounded value bit
     * for bit, so the difference is taken where it is exact, in whole steps.
     */
    private static NDArray round(NDArray y, double step) {
        NDArray units = y.mul(Autograd.constant(y, 1 / step));
        NDArray offset = units.stopGradient().round().sub(units.stopGradient());
        NDArray rounded = units.add(offset);
        // A second, constant correction takes away what the addition itself rounded off.
        NDArray rest = units.stopGradient().round().sub(rounded.stopGradient());
        return rounded.add(rest).mul(Autograd.constant(y, step));
    }
}
