package org.bdia.reversible;

import ai.djl.ndarray.NDArray;

/** A pass without gradients that keeps nothing. */
final class Inference {

    private final Step step;
    private final int depth;

    Inference(Step step, int depth) {
        this.step = step;
        this.depth = depth;
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
            if (!step.coupled()) {
                previous.close();
                previous = null;
            }
            step.check(k + 1, current);
        }
        if (previous == null) {
            return current;
        }
        NDArray output = Streams.join(previous, current);
        previous.close();
        current.close();
        return output;
    }

    private NDArray next(int k, NDArray previous, NDArray current, BranchEvaluator evaluator) {
        return Scoped.result(
                () -> {
                    NDArray h = evaluator.evaluate(k, current);
                    if (k == 0) {
                        return step.first(current, h);
                    }
                    return step.coupled() ? step.couple(previous, h) : step.plain(current, h);
                });
    }
}
