package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Block;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;

/**
 * K residual branches h<sub>0</sub> … h<sub>K−1</sub>, run by a {@link Method} and differentiated by a {@link
 * Backprop}.
 *
 * <p>Letters: B batch, T tokens, D width; states x<sub>0</sub> … x<sub>K</sub> are (B, T, D). Branches are DJL
 * blocks that map (B, T, D) to (B, T, D) and do not add their input themselves. All of them may get the same further
 * inputs, the context: masks, or an encoder's output whose gradient accumulates over the branches. The output is x<sub>K</sub>,
 * or with {@link Method.RevNet} the two streams x<sub>K−1</sub> and x<sub>K</sub> side by side, (B, T, 2D).
 *
 * <p>With {@link Backprop#REVERSIBLE} the memory in flight is two states, two state gradients, the side bits,
 * one block's activations and the parameter gradients, beside what the caller itself holds on to: the
 * embedding during {@link #forward}, ∂L/∂x<sub>K</sub> during {@link #backward}. The stack holds one forward pass at a time and belongs
 * to one thread; stacks on several threads give what each gives alone, see {@link DrawingBranch}.
 *
 * @see <a href="https://arxiv.org/abs/2407.09093">Zhang, Lewis, Kleijn, 2025</a>
 */
public final class ReversibleStack implements AutoCloseable {

    private final Branches branches;
    private final Method method;
    private final Execution execution;
    private final Step step;
    private final Step inference;
    private final RecordedCheck recorded;
    private Tape tape;

    ReversibleStack(Branches branches, Method method, Execution execution) {
        this.branches = branches;
        this.method = method;
        this.execution = execution;
        this.step = step(method);
        this.inference = step(method.inference());
        this.recorded = new RecordedCheck(branches, execution.rebuilt(branches.depth()));
    }

    private Step step(Method of) {
        return Step.of(of, execution.kernels());
    }

    /** A stack that is run by {@link Execution#of}, see {@link #of(List, Method, Execution)}. */
    public static ReversibleStack of(
            List<? extends Block> branches, Method method, Backprop backprop) {
        return of(branches, method, Execution.of(backprop));
    }

    /**
     * A stack over initialised branches.
     *
     * @param branches h_0 … h_{K−1}, K ≥ 1
     * @throws IllegalArgumentException if there is no branch, if the method cannot be differentiated this
     *     way, if more blocks are to be stored than there are, or if a branch keeps running statistics, since it would
     *     not repeat itself
     */
    public static ReversibleStack of(
            List<? extends Block> branches, Method method, Execution execution) {
        execution.backprop().requireSupports(method);
        var checked = new Branches(branches);
        execution.requireDepth(checked.depth());
        return new ReversibleStack(checked, method, execution);
    }

    /**
     * Returns the same stack, its branches counted from another layer in draws: of two stacks in a model, the second begins
     * where the first ends, or both would draw the same γ and dropout.
     *
     * @param layer the layer of h_0, 0 or more
     */
    public ReversibleStack withFirstLayer(int layer) {
        return new ReversibleStack(branches.withFirstLayer(layer), method, execution);
    }

    /**
     * Returns the same stack with stochastic depth: in training a sample skips branch k of K with probability rate (k+1)/K, as a
     * function of the draw, and the branches of the others are scaled up to compensate.
     *
     * @param rate the probability at the last branch, 0 ≤ rate &lt; 1
     * @throws IllegalArgumentException if the rate is out of range
     * @see <a href="https://arxiv.org/abs/1603.09382">Huang et al., 2016</a>
     */
    public ReversibleStack withDropPath(double rate) {
        return new ReversibleStack(branches.withDropPath(new DropPath(rate)), method, execution);
    }

    /** Returns the rate of stochastic depth, see {@link #withDropPath}. */
    public double dropPath() {
        return branches.dropPath().rate();
    }

    /**
     * The training pass from the embedding to the output, keeping what {@link #backward} needs. A pass that
     * was kept before is dropped.
     *
     * <p>States share their memory: a branch must not keep its input, or a view of it, since the state is overwritten when the
     * next but one is made.
     *
     * <p>The first pass over a shape computes each branch twice more, to check that its value is the same with gradients recorded
     * as without; further shapes check one branch of each kind.
     *
     * @param x the embedding (B, T, D); float32 for methods on a grid, float32 or float64 otherwise
     * @param draw seed, step and the B samples' ids
     * @return the output, owned by the caller; not to be changed in place before {@link #backward}
     * @throws IllegalArgumentException if shape or type do not fit
     * @throws IllegalStateException if a branch computes another value when gradients are recorded
     * @throws StateRangeException if a state leaves the exact range, or holds NaN
     */
    public NDArray forward(NDArray x, StepKey draw) {
        return forward(x, new NDList(), draw, (index, state) -> {});
    }

    /**
     * {@link #forward(NDArray, StepKey)} with a context for every branch.
     *
     * @param context what each branch gets after its state, unchanged until {@link #backward}, which adds to the
     *     gradient of every array in it that requires one, as it does to parameters. Where blocks work on parts of the batch,
     *     see {@link Execution#lean}, arrays with at least as many axes as the state, the first as long as the batch, are cut
     *     with it. What all samples share has fewer axes, for example a mask (T, T), or begins with an axis of length 1
     */
    public NDArray forward(NDArray x, NDList context, StepKey draw) {
        return forward(x, context, draw, (index, state) -> {});
    }

    /** {@link #forward(NDArray, NDList, StepKey)} that shows every state x<sub>0</sub> … x<sub>K</sub>. */
    public NDArray forward(NDArray x, NDList context, StepKey draw, StateVisitor visitor) {
        return forward(x, context, draw, visitor, BlockUpdates.NONE);
    }

    /**
     * {@link #forward(NDArray, NDList, StepKey)} whose {@link #backward} hands out the gradients of each block as soon as they are
     * complete.
     */
    public NDArray forward(NDArray x, NDList context, StepKey draw, BlockUpdates updates) {
        return forward(x, context, draw, (index, state) -> {}, updates);
    }

    private NDArray forward(
            NDArray x, NDList context, StepKey draw, StateVisitor visitor, BlockUpdates updates) {
        StackChecks.input(x, method);
        StackChecks.batch(x, draw);
        close();
        tape = new Tape(x, draw, context, branches.depth(), execution, method, updates);
        try {
            return Autograd.unrecorded(() -> run(x, visitor));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private NDArray run(NDArray x, StateVisitor visitor) {
        var pass = new ForwardPass(branches, step, execution, tape);
        StateVisitor check = recorded.of(tape);
        StateVisitor both =
                (index, state) -> {
                    visitor.visit(index, state);
                    check.visit(index, state);
                };
        try (NDArray last = pass.run(x, both)) {
            NDArray output = last.stopGradient();
            output.attach(x.getManager());
            return output;
        }
    }

    /**
     * The backward pass: adds every branch parameter's gradient to what it holds and consumes the forward pass.
     *
     * @param gradient the loss's gradient at the output, of the output's shape
     * @return ∂L/∂x of the embedding, (B, T, D); the rounding of the embedding passes it on unchanged
     * @throws IllegalStateException if there is no forward pass to differentiate
     * @throws IllegalArgumentException if shape, type or device are not those of the output
     * @throws ReconstructionException in verify mode, if a rebuilt state, or x<sub>1</sub> recomputed, differs from
     *     the one made
     */
    public NDArray backward(NDArray gradient) {
        requireTape("backward");
        StackChecks.gradient(gradient, tape.output());
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
        return new BackwardPass(branches, step, execution, tape);
    }

    /**
     * Rebuilds the quantised embedding x<sub>0</sub> from what the forward pass kept, and consumes nothing.
     *
     * @return x<sub>0</sub>, owned by the caller: for an exact method Q<sub>l</sub>[x] bit for bit
     * @throws IllegalStateException if there is no forward pass, or it was not {@link Backprop#REVERSIBLE}
     */
    public NDArray inverse() {
        return inverse((index, state) -> {});
    }

    /** {@link #inverse()} that shows every state x<sub>K</sub>, x<sub>K−1</sub>, … x<sub>0</sub>. */
    public NDArray inverse(StateVisitor visitor) {
        requireTape("inverse");
        StackChecks.inverse(execution, depth());
        NDArray rebuilt = Autograd.unrecorded(() -> pass().walkBack(visitor));
        rebuilt.attach(tape.manager.getParentManager());
        NDScope.register(rebuilt);
        return rebuilt;
    }

    /**
     * Inference, E[γ] = 0: the {@linkplain Method#plainInference plain transformer}, or else the method's own rule, on the grid for methods
     * that quantise. Keeps nothing and leaves a kept forward pass alone.
     *
     * @param x the embedding (B, T, D)
     * @return the output, owned by the caller
     * @throws IllegalArgumentException if shape or type do not fit
     * @throws StateRangeException if a state leaves the exact range, or holds NaN
     */
    public NDArray infer(NDArray x) {
        return infer(x, new NDList());
    }

    /** {@link #infer(NDArray)} with a context for every branch. */
    public NDArray infer(NDArray x, NDList context) {
        return infer(x, (k, state) -> branches.infer(k, state, context));
    }

    /**
     * {@link #infer(NDArray)} with other ways to compute the branches, for example from cached keys and values.
     *
     * @param evaluator called with k = 0 … K−1 and x<sub>k</sub>; returns h<sub>k</sub>(x<sub>k</sub>)
     */
    public NDArray infer(NDArray x, BranchEvaluator evaluator) {
        return infer(x, evaluator, 0);
    }

    /**
     * {@link #infer(NDArray, NDList)} with the BDIA update and one γ for all samples and all blocks but the first, instead of
     * E[γ] = 0; on a grid each state is rounded to it. How well a model tolerates this is the paper's figure 1.
     *
     * @param gamma γ, −1 to 1; 0 is the inference without
     * @throws IllegalArgumentException if γ is out of range, or is not 0 although the method has none
     */
    public NDArray infer(NDArray x, NDList context, double gamma) {
        return infer(x, (k, state) -> branches.infer(k, state, context), gamma);
    }

    private NDArray infer(NDArray x, BranchEvaluator evaluator, double gamma) {
        StackChecks.input(x, method);
        StackChecks.gamma(gamma, method);
        var pass = Inference.constant(inference, method, branches.depth(), gamma);
        return Autograd.unrecorded(() -> pass.run(x, evaluator, (index, state) -> {}));
    }

    /**
     * Inference by the step of training, with the γ that it draws; dropout and stochastic depth are left out. A method without γ infers as
     * {@link #infer(NDArray, NDList)} does.
     *
     * @param draw seed, step and the B samples' ids
     * @param visitor sees x<sub>0</sub> … x<sub>K</sub>
     * @return the output, owned by the caller
     */
    public NDArray infer(NDArray x, NDList context, StepKey draw, StateVisitor visitor) {
        StackChecks.input(x, method);
        StackChecks.batch(x, draw);
        var pass = Inference.drawn(step, method, branches, draw);
        return Autograd.unrecorded(
                () -> pass.run(x, (k, state) -> branches.infer(k, state, context), visitor));
    }

    /**
     * Checks the branches in training mode on the states of a batch: that each repeats itself bit for bit, has the same value with
     * gradients recorded, and has the derivative that central differences find; and that an exact method rebuilds every state. To be called once before training with blocks of one's own, on a small batch, since it takes about five passes
     * per parameter. Leaves parameters, gradients and a kept forward pass alone.
     *
     * @param x the embedding (B, T, D)
     * @return what was found; {@link StackReport#passes} sums it up
     * @throws IllegalArgumentException if shape or type do not fit
     * @throws StateRangeException if a state leaves the exact range, or holds NaN
     */
    public StackReport check(NDArray x) {
        long[] ids = LongStream.range(0, x.getShape().get(0)).toArray();
        return check(x, new NDList(), new StepKey(0, 0, ids));
    }

    /** {@link #check(NDArray)} with a context for every branch, and dropout and γ of a draw. */
    public StackReport check(NDArray x, NDList context, StepKey draw) {
        StackChecks.input(x, method);
        StackChecks.batch(x, draw);
        return new StackCheck(branches, method, execution).run(x, context, draw);
    }

    /** The bytes of side information that the kept forward pass holds; 0 without one. */
    public long sideBytes() {
        return tape == null ? 0 : tape.sideBytes();
    }

    /** The method. */
    public Method method() {
        return method;
    }

    /** The execution. */
    public Execution execution() {
        return execution;
    }

    /** The number of states side by side in the output, see {@link Method#streams}. */
    public int streams() {
        return method.streams();
    }

    /** The number K of branches, of which a block has two with {@link Method.RevNet}. */
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

    private void requireTape(String operation) {
        if (tape == null) {
            throw new IllegalStateException(
                    operation + "() needs a forward pass: call forward(x, draw) first");
        }
    }
}
