package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import org.bdia.config.Method;
import org.bdia.torch.Scoped;

/** A pass without gradients that keeps nothing. */
final class Inference {

    private final Step step;
    private final Method method;
    private final int depth;
    private final double gamma;

    /**
     * A pass.
     *
     * @param step the arithmetic of the method's inference
     * @param gamma γ of every block but the first, which has none; 0 is the inference without γ
     */
    Inference(Step step, Method method, int depth, double gamma) {
        this.step = step;
        this.method = method;
        this.depth = depth;
        this.gamma = gamma;
    }

    /** The output of the embedding x, registered with the caller's scope. */
    NDArray run(NDArray x, BranchEvaluator evaluator) {
        NDArray previous = null;
        NDArray current = step.enter(x);
        step.check(0, current);
        for (int k = 0; k < depth; k++) {
            NDArray next = next(k, previous, current, evaluator);
            if (previous != null) {
                previous.close();
            }
            previous = current;
            current = next;
            if (!method.twoStep() && gamma == 0) {
                previous.close();
                previous = null;
            }
            step.check(k + 1, current);
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

    private NDArray next(int k, NDArray previous, NDArray current, BranchEvaluator evaluator) {
        return Scoped.result(
                () -> {
                    NDArray h = evaluator.evaluate(k, current);
                    if (k == 0) {
                        return step.first(current, h);
                    }
                    if (method.twoStep()) {
                        NDArray state = previous.duplicate();
                        step.step(state, current, h, null);
                        return state;
                    }
                    return gamma == 0
                            ? step.residual(current, h)
                            : step.enter(blend(previous, current, h));
                });
    }

    /** γ x_{k−1} + (1−γ) x_k + (1+γ) h_k, which a grid rounds as a whole, since nothing is to be rebuilt. */
    private NDArray blend(NDArray previous, NDArray current, NDArray branch) {
        return current.mul(1 - gamma).addi(branch.mul(1 + gamma)).addi(previous.mul(gamma));
    }
}
