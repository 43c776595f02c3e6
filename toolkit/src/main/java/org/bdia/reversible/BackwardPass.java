package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import org.bdia.reversible.Tape.Recorded;

/**
 * Block-wise back-propagation over a tape. The three ways of {@link Backprop} differ only in where a block's
 * graph comes from, so that they give the same gradients.
 *
 * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025, online back-propagation</a>
 */
final class BackwardPass {

    private final Branches branches;
    private final Step step;
    private final Backprop backprop;
    private final Tape tape;

    BackwardPass(Branches branches, Step step, Backprop backprop, Tape tape) {
        this.branches = branches;
        this.step = step;
        this.backprop = backprop;
        this.tape = tape;
    }

    /** ∂L/∂x_0 from ∂L/∂x_K, parameter gradients accumulating; owned by the tape. */
    NDArray differentiate(NDArray gradient) {
        verify(branches.depth(), tape.current);
        verify(branches.depth() - 1, tape.previous);
        NDArray outer = gradient; // ∂L/∂x_{k+1}
        NDArray carry = null; // the part of ∂L/∂x_k that came from x_{k+2}
        for (int k = branches.depth() - 1; k >= 0; k--) {
            NDArray inner;
            NDArray nextCarry = null;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray gamma = tape.gamma(k, outer);
                Recorded graph = graph(k);
                inner = throughBranch(graph, outer, gamma);
                if (backprop == Backprop.REVERSIBLE && k > 0) {
                    rebuild(k, graph.branch().stopGradient(), gamma);
                }
                inner.addi(gamma == null ? outer : outer.mul(gamma.neg().addi(1)));
                if (carry != null) {
                    inner.addi(carry);
                }
                tape.keep(inner);
                if (gamma != null) {
                    nextCarry = tape.keep(outer.mul(gamma));
                }
                graph.leaf().close();
                graph.branch().close();
            }
            if (outer != gradient) {
                outer.close();
            }
            if (carry != null) {
                carry.close();
            }
            outer = inner;
            carry = nextCarry;
        }
        return outer;
    }

    private Recorded graph(int k) {
        return switch (backprop) {
            case STORE -> tape.graphs[k];
            case CHECKPOINT -> branches.record(k, tape.states[k], tape.context, tape.draw);
            case REVERSIBLE -> branches.record(k, tape.previous, tape.context, tape.draw);
        };
    }

    /** (1+γ) Jᵀ ∂L/∂x_{k+1}; the graph and its activations are freed here. */
    private static NDArray throughBranch(Recorded graph, NDArray outer, NDArray gamma) {
        if (gamma == null) {
            Autograd.backward(graph.branch(), outer);
        } else {
            try (NDArray scaled = outer.mul(gamma.add(1))) {
                Autograd.backward(graph.branch(), scaled);
            }
        }
        return graph.leaf().getGradient();
    }

    /** Shifts (x_{k+1}, x_k) to (x_k, x_{k−1}). */
    private void rebuild(int k, NDArray branch, NDArray gamma) {
        SideBits side = tape.sides[k - 1];
        NDArray earlier = tape.keep(step.inverse(tape.current, tape.previous, branch, gamma, side));
        verify(k - 1, earlier);
        tape.current.close();
        tape.current = tape.previous;
        tape.previous = earlier;
        if (side != null) {
            side.close();
            tape.sides[k - 1] = null;
        }
    }

    /** x_0 from (x_K, x_{K−1}) without gradients, on copies of the tape's handles; owned by the tape. */
    NDArray walkBack(StateVisitor visitor) {
        NDArray current = tape.keep(tape.current.stopGradient());
        NDArray previous = tape.keep(tape.previous.stopGradient());
        visitor.visit(branches.depth(), current);
        visitor.visit(branches.depth() - 1, previous);
        for (int k = branches.depth() - 1; k > 0; k--) {
            NDArray earlier;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray h = branches.train(k, previous, tape.context, tape.draw);
                NDArray gamma = tape.gamma(k, h);
                earlier = tape.keep(step.inverse(current, previous, h, gamma, tape.sides[k - 1]));
            }
            visitor.visit(k - 1, earlier);
            current.close();
            current = previous;
            previous = earlier;
        }
        current.close();
        return previous;
    }

    private void verify(int index, NDArray state) {
        if (tape.fingerprints != null) {
            long found = Fingerprint.of(state);
            if (found != tape.fingerprints[index]) {
                throw new ReconstructionException(index, tape.fingerprints[index], found);
            }
        }
    }
}
