package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import org.bdia.config.Method;
import org.bdia.torch.Scoped;

/** A pass without gradients that keeps nothing. */
record Inference(Step step, Method method, int depth, boolean looksBack, Inference.Rule rule) {

    /** Makes x<sub>k+1</sub> from x<sub>k−1</sub>, which it must not change, x<sub>k</sub> and h<sub>k</sub>, for k ≥ 1. */
    interface Rule {
        NDArray next(int k, NDArray previous, NDArray current, NDArray branch);
    }

    /**
     * A pass with one γ.
     *
     * @param step the arithmetic of the method's inference
     * @param gamma γ of every block but the first, which has none; 0 is the inference without γ
     */
    static Inference constant(Step step, Method method, int depth, double gamma) {
        if (method.twoStep()) {
            return new Inference(
                    step,
                    method,
                    depth,
                    true,
                    (k, previous, x, h) -> stepped(step, previous, x, h, null));
        }
        return gamma == 0
                ? new Inference(
                        step, method, depth, false, (k, previous, x, h) -> step.residual(x, h))
                : new Inference(
                        step,
                        method,
                        depth,
                        true,
                        (k, previous, x, h) -> step.enter(combine(previous, x, h, gamma)));
    }

    /** A pass by the step of training, with the γ that it draws; without γ as {@link #constant} at 0. */
    static Inference drawn(Step step, Method method, Branches branches, StepKey draw) {
        if (method.gamma() == 0) {
            return constant(step, method, branches.depth(), 0);
        }
        return new Inference(
                step,
                method,
                branches.depth(),
                true,
                (k, previous, x, h) -> {
                    float[] gamma = Gamma.of(method, draw, branches.layer(k));
                    int rank = x.getShape().dimension();
                    return stepped(
                            step,
                            previous,
                            x,
                            h,
                            Gamma.broadcast(x.getManager(), gamma, rank, x.getDataType()));
                });
    }

    private static NDArray stepped(
            Step step, NDArray previous, NDArray current, NDArray branch, NDArray gamma) {
        NDArray state = previous.duplicate();
        step.step(state, current, branch, gamma);
        return state;
    }

    /** The output of the embedding x, registered with the caller's scope; if something throws, no state is left behind. */
    NDArray run(NDArray x, BranchEvaluator evaluator, StateVisitor visitor) {
        return Scoped.result(() -> states(x, evaluator, visitor));
    }

    private NDArray states(NDArray x, BranchEvaluator evaluator, StateVisitor visitor) {
        NDArray previous = null;
        NDArray current = step.enter(x);
        visit(0, current, visitor);
        for (int k = 0; k < depth; k++) {
            NDArray next = next(k, previous, current, evaluator);
            if (previous != null) {
                previous.close();
            }
            previous = current;
            current = next;
            if (!looksBack) {
                previous.close();
                previous = null;
            }
            visit(k + 1, current, visitor);
        }
        NDArray output = method.streams() > 1 ? Streams.join(previous, current) : current;
        if (previous != null) {
            previous.close();
        }
        if (output != current) {
            current.close();
        }
        return output;
    }

    private void visit(int index, NDArray state, StateVisitor visitor) {
        step.check(index, state);
        visitor.visit(index, state);
    }

    private NDArray next(int k, NDArray previous, NDArray current, BranchEvaluator evaluator) {
        return Scoped.result(
                () -> {
                    NDArray h = evaluator.evaluate(k, current);
                    return k == 0 ? step.first(current, h) : rule.next(k, previous, current, h);
                });
    }

    /** γ x_{k−1} + (1−γ) x_k + (1+γ) h_k, which a grid rounds as a whole, since nothing is to be rebuilt. */
    private static NDArray combine(
            NDArray previous, NDArray current, NDArray branch, double gamma) {
        return current.mul(1 - gamma).addi(branch.mul(1 + gamma)).addi(previous.mul(gamma));
    }
}
