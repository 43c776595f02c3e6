package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Draw;
import org.bdia.reversible.ReversibleStack;

/** The steps that every model's forward and backward pass is made of. */
final class StackTraining {

    private StackTraining() {}

    /** A loss, and its gradient at what it was computed from; the caller owns the gradient. */
    record Head(float loss, NDArray gradient) {}

    /**
     * One forward and backward pass of an embedding, one stack and a head with its loss.
     *
     * @param embed from nothing to the embedding; run twice, so it must repeat itself
     * @param stack left without a forward pass
     * @param head from x<sub>K</sub> to the scalar loss
     * @return the loss
     */
    static float differentiate(
            Supplier<NDArray> embed,
            ReversibleStack stack,
            UnaryOperator<NDArray> head,
            Draw draw) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray last = forward(embed, stack, new NDList(), draw);
            Head atLast = head(last, head);
            last.close();
            NDArray atFirst = stack.backward(atLast.gradient());
            atLast.gradient().close();
            backward(embed, atFirst);
            return atLast.loss();
        } finally {
            stack.close();
        }
    }

    /** x<sub>K</sub> of a fresh embedding that is freed at once. */
    static NDArray forward(
            Supplier<NDArray> embed, ReversibleStack stack, NDList context, Draw draw) {
        try (NDArray x = Autograd.unrecorded(embed)) {
            return stack.forward(x, context, draw);
        }
    }

    /** The loss of a head and its gradient at the state, parameter gradients accumulating. */
    static Head head(NDArray state, UnaryOperator<NDArray> head) {
        NDArray leaf = Autograd.leaf(state);
        float value;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            value = Autograd.differentiate(() -> head.apply(leaf)).getFloat();
        }
        NDArray gradient = leaf.getGradient();
        leaf.close();
        return new Head(value, gradient);
    }

    /**
     * Differentiates a computation that is recomputed rather than kept: nothing of its graph lives during the stacks'
     * passes.
     */
    static void backward(Supplier<NDArray> computation, NDArray gradient) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            Autograd.differentiate(computation, value -> gradient);
        }
    }
}
