package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Block;
import java.util.List;
import org.bdia.reversible.Tape.Recorded;

/**
 * K residual branches h<sub>0</sub> … h<sub>K−1</sub>, run by a {@link Method} and differentiated by a {@link
 * Backprop}.
 *
 * <p>Letters: B batch, T tokens, D width; states x<sub>0</sub> … x<sub>K</sub> are (B, T, D). Branches are DJL
 * blocks that map (B, T, D) to (B, T, D) and do not add their input themselves.
 *
 * <p>With {@link Backprop#REVERSIBLE} the memory in flight is two states, two state gradients, the side bits,
 * one block's activations and the parameter gradients, beside what the caller itself holds on to: the
 * embedding during {@link #forward}, ∂L/∂x<sub>K</sub> during {@link #backward}. The stack holds one forward pass at a time and belongs
 * to one thread.
 *
 * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025</a>
 */
public final class ReversibleStack implements AutoCloseable {

    private final Branches branches;
    private final Method method;
    private final Backprop backprop;
    private final boolean verify; // wanted; done where states are rebuilt bit for bit
    private final Step step;
    private final Step inference;
    private Tape tape;

    private ReversibleStack(Branches branches, Method method, Backprop backprop, boolean verify) {
        this.branches = branches;
        this.method = method;
        this.backprop = backprop;
        this.verify = verify;
        this.step = Step.of(method);
        this.inference =
                method instanceof Method.Bdia bdia
                        ? Step.of(new Method.Quantised(bdia.level()))
                        : step;
    }

    /**
     * A stack over initialised branches, without verification.
     *
     * @param branches h_0 … h_{K−1}, K ≥ 1
     * @throws IllegalArgumentException if there is no branch, if the method cannot be differentiated this
     *     way, or if a branch keeps running statistics, since it would not repeat itself
     */
    public static ReversibleStack of(
            List<? extends Block> branches, Method method, Backprop backprop) {
        backprop.requireSupports(method);
        return new ReversibleStack(new Branches(branches), method, backprop, false);
    }

    /**
     * The same stack in verify mode or not: the forward pass keeps a 64-bit fingerprint of every state, and the
     * backward pass compares what it rebuilds. Of no effect unless exact {@link Method.Bdia} is differentiated by
     * {@link Backprop#REVERSIBLE}: nothing else rebuilds states bit for bit.
     */
    public ReversibleStack withVerify(boolean newVerify) {
        return new ReversibleStack(branches, method, backprop, newVerify);
    }

    /**
     * The training pass from the embedding to x<sub>K</sub>, keeping what {@link #backward} needs. A pass that
     * was kept before is dropped.
     *
     * @param x the embedding (B, T, D); float32 for methods on a grid, float32 or float64 otherwise
     * @param draw seed, step and the B samples' ids
     * @return x<sub>K</sub>, owned by the caller; not to be changed in place before {@link #backward}
     * @throws IllegalArgumentException if shape or type do not fit
     * @throws StateRangeException if a state leaves the exact range, or holds NaN
     */
    public NDArray forward(NDArray x, Draw draw) {
        return forward(x, draw, (index, state) -> {});
    }

    /** {@link #forward(NDArray, Draw)} that shows every state x<sub>0</sub> … x<sub>K</sub>. */
    public NDArray forward(NDArray x, Draw draw, StateVisitor visitor) {
        requireInput(x);
        if (x.getShape().get(0) != draw.batch()) {
            throw new IllegalArgumentException(
                    "the draw is for "
                            + draw.batch()
                            + " samples, but the input's shape is "
                            + x.getShape()
                            + "; pass one sample id per row");
        }
        close();
        tape =
                new Tape(
                        x.getManager().newSubManager(),
                        draw,
                        branches.depth(),
                        backprop,
                        verify && method instanceof Method.Bdia);
        try {
            return Autograd.unrecorded(() -> run(x, visitor));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private NDArray run(NDArray x, StateVisitor visitor) {
        NDArray previous = null;
        NDArray current = tape.keep(step.enter(x));
        made(0, current, visitor);
        for (int k = 0; k < branches.depth(); k++) {
            NDArray next;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray h = branchKeeping(k, current);
                if (k == 0) {
                    next = step.first(current, h);
                } else {
                    tape.gammas[k] = drawGamma(k);
                    SideBits side = step.side(tape.manager, previous);
                    next = step.forward(previous, current, h, tape.gamma(k, current), side);
                    if (backprop == Backprop.REVERSIBLE) {
                        tape.sides[k - 1] = side;
                    } else if (side != null) {
                        side.close();
                    }
                }
                tape.keep(next);
            }
            made(k + 1, next, visitor);
            if (previous != null && tape.states == null) {
                previous.close();
            }
            previous = current;
            current = next;
        }
        tape.previous = previous;
        tape.current = current;
        NDArray output = current.stopGradient();
        output.attach(x.getManager());
        return output;
    }

    private void made(int index, NDArray state, StateVisitor visitor) {
        step.check(index, state);
        if (tape.fingerprints != null) {
            tape.fingerprints[index] = Fingerprint.of(state);
        }
        visitor.visit(index, state);
    }

    private NDArray branchKeeping(int k, NDArray current) {
        if (tape.graphs != null) {
            Recorded recorded = branches.record(k, current, tape.draw);
            tape.keep(recorded.leaf());
            tape.keep(recorded.branch());
            tape.graphs[k] = recorded;
            return recorded.branch().stopGradient();
        }
        if (tape.states != null) {
            tape.states[k] = current;
        }
        return branches.train(k, current, tape.draw);
    }

    /**
     * The backward pass: adds every branch parameter's gradient to what it holds and consumes the forward pass.
     *
     * @param gradient ∂L/∂x<sub>K</sub>, (B, T, D)
     * @return ∂L/∂x of the embedding, (B, T, D); the rounding of the embedding passes it on unchanged
     * @throws IllegalStateException if there is no forward pass to differentiate
     * @throws IllegalArgumentException if shape, type or device are not those of x<sub>K</sub>
     * @throws ReconstructionException in verify mode, if a rebuilt state differs from the one made
     */
    public NDArray backward(NDArray gradient) {
        requireTape("backward");
        requireLikeOutput(gradient);
        try {
            NDArray result = Autograd.unrecorded(() -> pass().differentiate(gradient));
            result.attach(gradient.getManager());
            NDScope.register(result);
            return result;
        } finally {
            close();
        }
    }

    private BackwardPass pass() {
        return new BackwardPass(branches, step, backprop, tape);
    }

    /**
     * Rebuilds the quantised embedding x<sub>0</sub> from what the forward pass kept, and consumes nothing.
     *
     * @return x<sub>0</sub>, owned by the caller: for {@link Method.Bdia} Q<sub>l</sub>[x] bit for bit
     * @throws IllegalStateException if there is no forward pass, or it was not {@link Backprop#REVERSIBLE}
     */
    public NDArray inverse() {
        return inverse((index, state) -> {});
    }

    /** {@link #inverse()} that shows every state x<sub>K</sub>, x<sub>K−1</sub>, … x<sub>0</sub>. */
    public NDArray inverse(StateVisitor visitor) {
        requireTape("inverse");
        if (backprop != Backprop.REVERSIBLE) {
            throw new IllegalStateException(
                    "inverse() rebuilds what Backprop.REVERSIBLE did not keep, but this stack uses "
                            + backprop);
        }
        NDArray rebuilt = Autograd.unrecorded(() -> pass().walkBack(visitor));
        rebuilt.attach(tape.manager.getParentManager());
        NDScope.register(rebuilt);
        return rebuilt;
    }

    /**
     * Inference, E[γ] = 0: the plain transformer, on the grid for methods that quantise. Keeps nothing and
     * leaves a kept forward pass alone.
     *
     * @param x the embedding (B, T, D)
     * @return x<sub>K</sub>, owned by the caller
     * @throws IllegalArgumentException if shape or type do not fit
     * @throws StateRangeException if a state leaves the exact range, or holds NaN
     */
    public NDArray infer(NDArray x) {
        requireInput(x);
        return Autograd.unrecorded(
                () -> {
                    NDArray current = inference.enter(x);
                    inference.check(0, current);
                    for (int k = 0; k < branches.depth(); k++) {
                        NDArray state = current;
                        int block = k;
                        current = Scoped.result(() -> inferBlock(block, state));
                        state.close();
                        inference.check(k + 1, current);
                    }
                    return current;
                });
    }

    private NDArray inferBlock(int k, NDArray state) {
        NDArray h = branches.infer(k, state);
        return k == 0 ? inference.first(state, h) : inference.forward(null, state, h, null, null);
    }

    /** The bytes of side information that the kept forward pass holds; 0 without one. */
    public long sideBytes() {
        return tape == null ? 0 : tape.sideBytes();
    }

    /** What is computed. */
    public Method method() {
        return method;
    }

    /** How it is differentiated. */
    public Backprop backprop() {
        return backprop;
    }

    /** The number K of branches. */
    public int depth() {
        return branches.depth();
    }

    /** Drops the kept forward pass, if there is one; the branches stay. */
    @Override
    public void close() {
        if (tape != null) {
            tape.close();
            tape = null;
        }
    }

    private float[] drawGamma(int k) {
        if (method instanceof Method.Bdia bdia) {
            return Gamma.draw(bdia.gamma(), tape.draw, k);
        }
        if (method instanceof Method.BdiaFloat bdia) {
            return Gamma.draw(bdia.gamma(), tape.draw, k);
        }
        return null;
    }

    private void requireLikeOutput(NDArray gradient) {
        NDArray output = tape.current;
        if (!gradient.getShape().equals(output.getShape())
                || gradient.getDataType() != output.getDataType()
                || !gradient.getDevice().equals(output.getDevice())) {
            throw new IllegalArgumentException(
                    String.format(
                            "the gradient is %s%s on %s, but the output is %s%s on %s",
                            gradient.getDataType(),
                            gradient.getShape(),
                            gradient.getDevice(),
                            output.getDataType(),
                            output.getShape(),
                            output.getDevice()));
        }
    }

    private void requireTape(String operation) {
        if (tape == null) {
            throw new IllegalStateException(
                    operation + "() needs a forward pass: call forward(x, draw) first");
        }
    }

    private void requireInput(NDArray x) {
        boolean grid = method instanceof Method.Bdia || method instanceof Method.Quantised;
        DataType type = x.getDataType();
        if (type != DataType.FLOAT32 && (grid || type != DataType.FLOAT64)) {
            throw new IllegalArgumentException(
                    "states of "
                            + method.label()
                            + " are float32"
                            + (grid ? "" : " or float64")
                            + ", but the input is "
                            + type
                            + "; convert it with toType(DataType.FLOAT32, false)");
        }
        if (x.getShape().dimension() < 2) {
            throw new IllegalArgumentException(
                    "the input needs a batch axis and a width, as in (B, T, D), but its shape is "
                            + x.getShape());
        }
    }
}
