package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.training.ParameterStore;
import java.util.Locale;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;
import org.bdia.torch.TorchScript;

/**
 * From states to the logits of next tokens: a norm, then the product with the token embedding's vectors; for all tokens at once, or
 * for a loss in slices.
 *
 * <p>Letters: N = B·T tokens of a batch, n of a slice, D width, V vocabulary.
 *
 * @param norm from states to (B, T, D), token by token
 * @param embedding whose vectors W (V, D) the head is tied to
 */
record TokenHead(
        UnaryOperator<NDArray> norm,
        TokenEmbedding embedding,
        ParameterStore store,
        boolean training)
        implements UnaryOperator<NDArray> {

    /** sum + dᵀx in place, without a (V, D) array beside the sum. */
    private static final TorchScript ACCUMULATE =
            new TorchScript("sum, d, x", "return torch.addmm(sum, torch.t(d), x, out=sum)");

    /** Returns all logits, (B, T, V). */
    @Override
    public NDArray apply(NDArray state) {
        return Scoped.result(() -> embedding.logits(store, norm.apply(state), training));
    }

    /** Returns the loss of states. */
    double loss(NDArray state, SlicedLoss loss) {
        try (NDScope scope = new NDScope()) {
            NDArray normed = norm.apply(state);
            NDArray rows = rows(normed, loss);
            double sum = 0;
            for (SlicedLoss.Slice slice : loss.slices()) {
                try (NDScope inner = new NDScope()) {
                    NDArray logits = logits(of(rows, slice));
                    sum += slice.weight() * slice.loss().apply(logits).getFloat();
                }
            }
            return sum;
        }
    }

    /**
     * Differentiates the loss: adds to the gradients of the state and of all parameters of the head.
     *
     * @param state a leaf
     * @return the loss
     */
    double differentiate(NDArray state, SlicedLoss loss) {
        double[] sum = new double[1];
        try (NDScope scope = new NDScope()) {
            Autograd.differentiate(
                    () -> norm.apply(state),
                    normed ->
                            Autograd.unrecorded(() -> gradient(normed.stopGradient(), loss, sum)));
        }
        return sum[0];
    }

    /** ∂L/∂normed; W's gradient and the loss are added up on the way. */
    private NDArray gradient(NDArray normed, SlicedLoss loss, double[] sum) {
        NDArray rows = rows(normed, loss);
        NDArray gradient = rows.zerosLike();
        NDArray vectors = embedding.vectors(store, rows, training);
        Optional<NDArray> total =
                Autograd.hasGraph(vectors)
                        ? Optional.of(Autograd.accumulator(vectors))
                        : Optional.empty();
        for (SlicedLoss.Slice slice : loss.slices()) {
            try (NDScope scope = new NDScope()) {
                NDArray x = of(rows, slice);
                NDArray logits = Autograd.leaf(logits(x));
                NDArray value =
                        Autograd.differentiate(
                                () -> slice.loss().apply(logits),
                                scalar -> scalar.onesLike().muli(slice.weight()));
                sum[0] += slice.weight() * value.getFloat();
                NDArray d = logits.getGradient(); // (n, V)
                gradient.set(
                        new NDIndex("{}:{}", slice.from(), slice.to()),
                        d.matMul(vectors.stopGradient()));
                total.ifPresent(sums -> ACCUMULATE.call(sums, d, x));
            }
        }
        return gradient.reshape(normed.getShape());
    }

    /** (B, T, D) → (N, D). */
    private static NDArray rows(NDArray normed, SlicedLoss loss) {
        NDArray rows = normed.flatten(0, 1);
        if (rows.getShape().get(0) != loss.tokens()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the loss is of %d tokens, but the model's output has %s; there must be one label per token",
                            loss.tokens(),
                            normed.getShape()));
        }
        return rows;
    }

    /** (N, D) → (n, D). */
    private static NDArray of(NDArray rows, SlicedLoss.Slice slice) {
        return rows.get("{}:{}", slice.from(), slice.to());
    }

    /** (n, D) → (n, V). */
    private NDArray logits(NDArray x) {
        return Scoped.result(() -> embedding.logits(store, x.expandDims(0), training).squeeze(0));
    }
}
