package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.reversible.Tape.Recorded;
import org.bdia.torch.Autograd;

/** The forward pass of training, which fills a tape: block by block, and within a block slice by slice. */
record ForwardPass(Branches branches, Step step, Execution execution, Tape tape, int rebuilt) {

    ForwardPass(Branches branches, Step step, Execution execution, Tape tape) {
        this(branches, step, execution, tape, execution.rebuilt(branches.depth()));
    }

    /** The output, x_K or two streams, from the embedding; owned by the tape. */
    NDArray run(NDArray x, StateVisitor visitor) {
        NDArray previous = null;
        NDArray current = tape.keep(step.enter(x));
        visit(0, current, visitor);
        for (int k = 0; k < branches.depth(); k++) {
            if (backprop(k) == Backprop.CHECKPOINT) {
                tape.states[k] = tape.keep(current.stopGradient());
            }
            tape.gammas[k] = k == 0 ? null : Gamma.of(tape.method, tape.draw, branches.layer(k));
            NDArray next;
            if (!tape.usesPrevious(k)) {
                next = residual(k, current);
            } else {
                // A state that is rebuilt later may be overwritten now.
                next = k < rebuilt ? previous : tape.keep(previous.duplicate());
                twoStep(k, next, current);
            }
            visit(k + 1, next, visitor);
            if (previous != null && previous != next) {
                previous.close();
            }
            previous = current;
            current = next;
            if (k + 1 == rebuilt) {
                tape.previous = tape.keep(previous.stopGradient());
                tape.current = tape.keep(current.stopGradient());
            }
        }
        if (previous == null) {
            return current;
        }
        NDArray output = current;
        if (tape.method.streams() > 1) {
            output = tape.keep(Streams.join(previous, current));
            current.close(); // the backward pass has it by itself where it needs it
        }
        previous.close();
        return output;
    }

    private Backprop backprop(int k) {
        return execution.block(k, branches.depth());
    }

    private void twoStep(int k, NDArray state, NDArray current) {
        Chunks chunks = tape.chunks;
        SideBits[] sides = k < rebuilt ? new SideBits[chunks.count()] : null;
        try (NDArray gamma = tape.gamma(k)) {
            for (int c = 0; c < chunks.count(); c++) {
                try (NDScope scope = new NDScope()) {
                    NDArray x = chunks.of(current, c);
                    NDArray h = branch(k, c, x);
                    NDArray older = chunks.of(state, c);
                    NDArray gammas = chunks.of(gamma, c);
                    if (sides == null) {
                        step.step(older, x, h, gammas);
                    } else {
                        sides[c] = step.stepKeeping(tape.manager, older, x, h, gammas);
                    }
                }
            }
        }
        tape.sides[k - 1] = sides;
    }

    private NDArray residual(int k, NDArray current) {
        Chunks chunks = tape.chunks;
        NDArray next = null;
        for (int c = 0; c < chunks.count(); c++) {
            try (NDScope scope = new NDScope()) {
                NDArray x = chunks.of(current, c);
                NDArray h = branch(k, c, x);
                NDArray part;
                if (tape.method.plainSum() && backprop(k) == Backprop.STORE) {
                    part = h; // the graph holds x + h
                } else {
                    part = k == 0 ? step.first(x, h) : step.residual(x, h);
                }
                if (chunks.count() == 1) {
                    next = tape.keep(part);
                } else {
                    next = next == null ? tape.keep(current.zerosLike()) : next;
                    chunks.set(next, c, part);
                }
            }
        }
        return next;
    }

    /** h_k of a slice, or what its graph holds where that is stored. */
    private NDArray branch(int k, int c, NDArray x) {
        if (backprop(k) != Backprop.STORE) {
            return branches.train(
                    k, c, x, tape.chunks.of(tape.context, c), tape.chunks.of(tape.draw, c));
        }
        Recorded recorded = record(branches, tape, k, c, x);
        tape.keep(recorded.leaf());
        recorded.graph().arrays().forEach(tape::keep);
        if (c == 0) {
            tape.graphs[k] = new Recorded[tape.chunks.count()];
        }
        tape.graphs[k][c] = recorded;
        return recorded.graph().output().stopGradient();
    }

    /** The graph of block k over a slice. */
    static Recorded record(Branches branches, Tape tape, int k, int c, NDArray x) {
        return tape.recording(branches, k)
                .record(
                        k,
                        c,
                        x,
                        Autograd.recorded(() -> tape.chunks.of(tape.context, c)),
                        tape.chunks.of(tape.draw, c),
                        tape.method.plainSum() && !tape.usesPrevious(k));
    }

    private void visit(int index, NDArray state, StateVisitor visitor) {
        step.check(index, state);
        if (tape.fingerprints != null && index < tape.fingerprints.length) {
            tape.fingerprints[index] = Fingerprint.of(state);
        }
        visitor.visit(index, state);
    }
}
