package org.bdia.activation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.nn.norm.Dropout;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import org.bdia.config.ActivationConfig;
import org.bdia.reversible.BranchGraph;
import org.bdia.torch.Autograd;

/**
 * Runs h(x) = f(x) + W₂ act(W₁ LN(x + f(x))) piece by piece, so that an inverted activation can stand between two pieces of its
 * graph:
 *
 * <pre>
 *   x ─ f ─ a = x + f   │   a ─ LN ─ W₁ ─ h   │ act │   y ─ W₂ ─ h(x)
 * </pre>
 *
 * <p>Each │ is where one graph ends and the next one's leaf begins, in the same memory: a's on either side, and y in place of h.
 * The second cut lets the derivative be computed by hand; the first one keeps f from being differentiated twice, through a and
 * as a summand of the output. f's own value is kept by nobody.
 *
 * <p>Dropout behind the activation belongs to it: instead of autograd's mask in full it keeps a bit.
 */
public final class SplitBranch {

    /**
     * The parts that differ from branch to branch.
     *
     * @param attend x → f(x), or null for none; then a is x
     * @param hidden a → h, contiguous, and not kept by its own graph
     * @param project (y, f(x)) → h(x), which f(x) is a mere summand of
     * @param dropout the rate behind the activation, 0 for none
     */
    public record Pieces(
            UnaryOperator<NDArray> attend,
            UnaryOperator<NDArray> hidden,
            BinaryOperator<NDArray> project,
            float dropout) {}

    private final ActivationKernel kernel;

    /** Creates what runs a branch with an activation, exact or inverted. */
    public SplitBranch(ActivationConfig activation) {
        kernel = new ActivationKernel(activation);
    }

    /** Whether {@link #record} saves anything. */
    public boolean recordsItself() {
        return kernel.activation().isInverted();
    }

    /** h(x), differentiable by autograd where gradients are recorded. */
    public NDArray run(Pieces pieces, NDArray x) {
        NDArray f = pieces.attend() == null ? null : pieces.attend().apply(x);
        NDArray hidden = pieces.hidden().apply(f == null ? x : x.add(f));
        return pieces.project().apply(activated(pieces, hidden), f);
    }

    private NDArray activated(Pieces pieces, NDArray hidden) {
        if (recordsItself() && !Autograd.isRecording()) {
            kernel.overwrite(hidden, pieces.dropout()).close();
            return hidden;
        }
        NDArray y = kernel.apply(hidden);
        return pieces.dropout() > 0
                ? Dropout.dropout(y, pieces.dropout(), true).singletonOrThrow()
                : y;
    }

    /** The graph of h(x), or of x + h(x); called with gradients recorded. */
    public BranchGraph record(Pieces pieces, NDArray leaf, boolean residual) {
        if (pieces.attend() == null) {
            return record(pieces, leaf, residual, null, leaf, null);
        }
        try (NDArray recorded = pieces.attend().apply(leaf);
                NDArray f = recorded.stopGradient();
                NDArray x = leaf.stopGradient()) {
            NDArray attended = x.add(recorded);
            return record(pieces, leaf, residual, attended, Autograd.leaf(attended), f);
        }
    }

    private BranchGraph record(
            Pieces pieces,
            NDArray leaf,
            boolean residual,
            NDArray attended,
            NDArray middle,
            NDArray f) {
        NDArray hidden = pieces.hidden().apply(middle);
        NDArray bits = kernel.overwrite(hidden, pieces.dropout());
        NDArray active = Autograd.leaf(hidden);
        NDArray end = pieces.project().apply(active, f);
        if (residual) {
            try (NDArray h = end;
                    NDArray x = leaf.stopGradient()) {
                end = x.add(h);
            }
        }
        NDArray output = end.stopGradient();
        return new Graph(
                kernel, pieces, residual, leaf, attended, middle, hidden, bits, active, end,
                output);
    }

    /**
     * The pieces and their seams.
     *
     * @param attended a, the end of the first piece; null without f
     * @param middle a, the leaf of the second; the leaf itself without f
     * @param hidden h, the end of the second, whose memory holds y
     * @param active y, the leaf of the third
     * @param end the end of the third; as long as it is open, it holds on to y and ∂L/∂y
     * @param output the end's value
     */
    private record Graph(
            ActivationKernel kernel,
            Pieces pieces,
            boolean residual,
            NDArray leaf,
            NDArray attended,
            NDArray middle,
            NDArray hidden,
            NDArray bits,
            NDArray active,
            NDArray end,
            NDArray output)
            implements BranchGraph {

        private static final NDIndex ALL = new NDIndex(":");

        @Override
        public void backward(NDArray gradient) {
            Autograd.backward(end, gradient);
            end.close();
            try (NDArray above = active.getGradient()) {
                kernel.differentiate(active, bits, above, pieces.dropout());
            }
            active.close(); // and with it ∂L/∂y
            bits.close();
            try (NDArray atHidden = hidden.stopGradient()) { // ∂L/∂h, where h and y were
                Autograd.backward(hidden, atHidden);
            }
            hidden.close();
            if (attended == null) {
                if (residual) {
                    add(gradient);
                }
                return;
            }
            try (NDArray atMiddle = middle.getGradient();
                    NDArray atAttended = attended.stopGradient()) {
                middle.close();
                try (NDArray sum = atMiddle.add(gradient)) {
                    atAttended.set(ALL, sum); // where a was
                }
                Autograd.backward(attended, atAttended);
                attended.close();
                add(residual ? atAttended : atMiddle); // x's share of a, and of the output
            }
        }

        private void add(NDArray gradient) {
            try (NDArray sum = leaf.getGradient()) {
                sum.addi(gradient);
            }
        }

        @Override
        public NDList arrays() {
            NDList arrays = new NDList(hidden, bits, active, end, output);
            if (attended != null) {
                arrays.add(attended);
                arrays.add(middle);
            }
            return arrays;
        }

        @Override
        public void close() {
            arrays().close();
        }
    }
}
