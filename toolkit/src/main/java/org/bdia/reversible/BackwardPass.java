package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.reversible.Tape.Recorded;

/**
 * Block-wise back-propagation over a tape, within a block slice by slice. The three ways of {@link Backprop} differ only in
 * where a block's graph comes from, so that they give the same gradients.
 *
 * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025, online back-propagation</a>
 */
record BackwardPass(Branches branches, Step step, Execution execution, Tape tape, int rebuilt) {

    BackwardPass(Branches branches, Step step, Execution execution, Tape tape) {
        this(branches, step, execution, tape, execution.rebuilt(branches.depth()));
    }

    /** ∂L/∂x_0 from the output's gradient, parameter gradients accumulating; owned by the tape. */
    NDArray differentiate(NDArray gradient) {
        verify(rebuilt, tape.current);
        verify(rebuilt - 1, tape.previous);
        boolean coupled = tape.method.streams() > 1;
        // outer is ∂L/∂x_{k+1}, carry the part of ∂L/∂x_k that came from x_{k+2}, or from the
        // output
        NDArray outer = tape.keep(coupled ? Streams.part(gradient, 1) : gradient.duplicate());
        NDArray carry = coupled ? tape.keep(Streams.part(gradient, 0)) : null;
        for (int k = branches.depth() - 1; k >= 0; k--) {
            boolean rebuilds = k < rebuilt && k > 0;
            if (k == rebuilt - 1 && (rebuilds || repeatsFirst(k))) {
                tape.current = own(tape.current);
            }
            NDArray gamma = tape.gamma(k);
            boolean usesPrevious = tape.usesPrevious(k);
            if (usesPrevious && carry == null) {
                carry = tape.keep(outer.zerosLike());
            }
            for (int c = 0; c < tape.chunks.count(); c++) {
                try (NDScope scope = new NDScope()) {
                    outer = slice(k, c, gamma, outer, carry, rebuilds);
                }
            }
            if (!usesPrevious && carry != null) {
                carry.close();
                carry = null;
            }
            if (gamma != null) {
                gamma.close();
            }
            free(k);
            if (rebuilds) {
                NDArray earlier = tape.current;
                tape.current = tape.previous;
                tape.previous = earlier;
                verify(k - 1, earlier);
            } else if (repeatsFirst(k)) {
                verifyFirst(tape.current);
            }
            tape.update(k);
        }
        return outer;
    }

    /** Whether x_1 is to be made again from block 0's graph, which no rebuilt state depends on. */
    private boolean repeatsFirst(int k) {
        return k == 0 && rebuilt > 0 && tape.fingerprints != null;
    }

    /** Differentiates block k over slice c; returns the gradient that holds its ∂L/∂x_k. */
    private NDArray slice(
            int k, int c, NDArray gamma, NDArray outer, NDArray carry, boolean rebuilds) {
        Chunks chunks = tape.chunks;
        Recorded recorded = graph(k, c);
        NDArray above = chunks.of(outer, c);
        NDArray signs = chunks.of(gamma, c);
        NDArray inner = throughGraph(k, recorded, above, signs);
        recorded.memory().close();
        if (rebuilds) {
            NDArray h = recorded.graph().output().stopGradient();
            NDArray x = chunks.of(tape.previous, c);
            step.undo(chunks.of(tape.current, c), x, h, signs, side(k, c));
        } else if (repeatsFirst(k)) {
            NDArray h = recorded.graph().output().stopGradient();
            chunks.set(tape.current, c, step.first(chunks.of(tape.previous, c), h));
        }
        recorded.leaf().close();
        recorded.graph().close();
        if (tape.usesPrevious(k)) {
            step.adjoint(inner, above, chunks.of(carry, c), signs);
            return outer;
        }
        if (!tape.method.plainSum()) {
            // not in place: what a branch only reshapes has a gradient that shares the storage of
            // above
            inner = inner.add(above);
        }
        if (carry != null) {
            inner.addi(chunks.of(carry, c));
        }
        if (chunks.count() == 1) {
            outer.close();
            return tape.keep(inner);
        }
        chunks.set(outer, c, inner);
        return outer;
    }

    private Recorded graph(int k, int c) {
        return switch (execution.block(k, branches.depth())) {
            case STORE -> tape.graphs[k][c];
            case CHECKPOINT -> record(k, c, tape.states[k]);
            case REVERSIBLE -> record(k, c, tape.previous);
        };
    }

    private Recorded record(int k, int c, NDArray state) {
        return ForwardPass.record(branches, tape, k, c, tape.chunks.of(state, c));
    }

    /** (1+γ) Jᵀ ∂L/∂x_{k+1}, or with the skip where the graph holds it; the graph's activations are freed here. */
    private NDArray throughGraph(int k, Recorded recorded, NDArray outer, NDArray gamma) {
        if (!tape.usesPrevious(k)) {
            recorded.graph().backward(outer);
        } else {
            try (NDArray scaled = step.scaled(outer, gamma)) {
                recorded.graph().backward(scaled);
            }
        }
        return recorded.leaf().getGradient();
    }

    /** Frees what only block k needed. */
    private void free(int k) {
        if (tape.states[k] != null) {
            tape.states[k].close();
        }
        tape.graphs[k] = null;
        if (k > 0 && tape.sides[k - 1] != null) {
            for (SideBits side : tape.sides[k - 1]) {
                side.close();
            }
            tape.sides[k - 1] = null;
        }
    }

    /** x_0 from (x_n, x_{n−1}) without gradients, on copies; owned by the tape. */
    NDArray walkBack(StateVisitor visitor) {
        Chunks chunks = tape.chunks;
        NDArray current = tape.keep(tape.current.duplicate());
        NDArray previous = tape.keep(tape.previous.duplicate());
        visitor.visit(branches.depth(), current);
        visitor.visit(branches.depth() - 1, previous);
        for (int k = branches.depth() - 1; k > 0; k--) {
            try (NDArray gamma = tape.gamma(k)) {
                for (int c = 0; c < chunks.count(); c++) {
                    try (NDScope scope = new NDScope()) {
                        NDArray x = chunks.of(previous, c);
                        NDArray h =
                                branches.train(
                                        k,
                                        c,
                                        x,
                                        chunks.of(tape.context, c),
                                        chunks.of(tape.draw, c));
                        NDArray state = chunks.of(current, c);
                        step.undo(state, x, h, chunks.of(gamma, c), side(k, c));
                    }
                }
            }
            NDArray earlier = current;
            current = previous;
            previous = earlier;
            visitor.visit(k - 1, earlier);
        }
        current.close();
        return previous;
    }

    private SideBits side(int k, int c) {
        return tape.sides[k - 1][c];
    }

    /** A copy to write into: the caller may still look at x_K. */
    private NDArray own(NDArray state) {
        NDArray copy = tape.keep(state.duplicate());
        state.close();
        return copy;
    }

    private void verify(int index, NDArray state) {
        if (tape.fingerprints != null && state != null) {
            long found = Fingerprint.of(state);
            if (found != tape.fingerprints[index]) {
                throw ReconstructionException.rebuilt(index, tape.fingerprints[index], found);
            }
        }
    }

    /** Compares x_1, made again from x_0 and the recomputed h_0, with the one of the forward pass. */
    private void verifyFirst(NDArray repeated) {
        long found = Fingerprint.of(repeated);
        if (found != tape.fingerprints[1]) {
            throw ReconstructionException.repeated(tape.fingerprints[1], found);
        }
    }
}
