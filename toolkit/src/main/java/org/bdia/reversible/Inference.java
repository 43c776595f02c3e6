package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import org.bdia.torch.Scoped;

/** A pass without gradients that keeps nothing. */
final class Inference {

    private final Step step;
    private final int depth;
    private final double gamma;

    /**
     * A pass.
     *
     * @param gamma γ of every block but the first, which has none; 0 is the plain transformer
     */
    Inference(Step step, int depth, double gamma) {
        this.step = step;
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
            if (!step.coupled() && gamma == 0) {
                previous.close();
                previous = null;
            }
            step.check(k + 1, current);
        }
        NDArray output = step.coupled() ? Streams.join(previous, current) : current;
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
                    if (step.coupled()) {
                        return step.couple(previous, h);
                    }
                    return gamma == 0
                            ? step.plain(current, h)
                            : step.blend(previous, current, h, gamma);
                });
    }
}
