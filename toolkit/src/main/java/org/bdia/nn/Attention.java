package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import org.bdia.config.Ranges;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Multi-head self-attention, softmax(q kᵀ / √E) v per head, then a projection.
 *
 * <p>Letters: B batch, T tokens, D width, H heads, E = D/H. (B, T, D) → (B, T, D). A second input is a mask of floating point that
 * is added to the scores: {@code (B, H, T, T)}, where each size may be 1, as in {@code (B, 1, 1, T)} for padding, or
 * {@code (T, T)} or {@code (T)}.
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
public final class Attention extends SequenceBlock {

    /** The most tokens for which bfloat16 uses two products, which keep the scores, instead of libtorch's fused attention. */
    public static final int SHORT = 128;

    /** The tokens that a token attends to, and the scale of the scores. */
    public enum Pattern {
        /** Every token sees every token. */
        FULL,

        /** A token sees itself and earlier ones. */
        CAUSAL,

        /**
         * Locality self-attention (arXiv 2112.13492): a learned temperature instead of √E, and no token sees
         * itself.
         */
        LOCALITY
    }

    private final int width;
    private final int heads;
    private final Pattern pattern;
    private final float dropout;
    private final Linear qkv;
    private final Linear out;
    private final Parameter temperature;

    /**
     * An attention block.
     *
     * @param width D, a multiple of heads
     * @param heads H
     * @param pattern what a token may see
     * @param dropout the rate on attention weights and on the output, 0 ≤ dropout &lt; 1
     * @throws IllegalArgumentException if a size is not positive, the width is no multiple of the heads, or
     *     the dropout is out of range
     */
    public Attention(int width, int heads, Pattern pattern, float dropout) {
        Ranges.positive("width", width);
        Ranges.positive("heads", heads);
        Ranges.multiple("width", width, "heads", heads);
        Ranges.dropout(dropout);
        this.width = width;
        this.heads = heads;
        this.pattern = pattern;
        this.dropout = dropout;
        qkv = addChildBlock("qkv", Linear.builder().setUnits(3L * width).build());
        out = addChildBlock("out", Linear.builder().setUnits(width).build());
        if (pattern == Pattern.LOCALITY) {
            float logScale = (float) Math.log(1 / Math.sqrt((double) width / heads));
            Initializer initial = (m, shape, type) -> m.full(shape, logScale, type);
            temperature = addParameter("temperature", new Shape(1), initial);
        } else {
            temperature = null;
        }
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        NDArray x = inputs.get(0); // (B, T, D)
        NDArray mask = inputs.size() > 1 ? inputs.get(1) : null;
        return attend(store, x, mask, null, training);
    }

    /**
     * (B, T, D) → (B, T, D).
     *
     * @param mask added to the scores, or null
     * @param past keys and values of earlier tokens, which those of x are added to; null for none
     */
    NDArray attend(
            ParameterStore store,
            NDArray x,
            NDArray mask,
            KeyValueCache.Layer past,
            boolean training) {
        return attend(store, x, mask, past, Heads.Rows.ALL, training);
    }

    /** Attention of some of the queries alone, (B, T, D) → (B, rows, D); the mask's rows are theirs. */
    NDArray attend(ParameterStore store, NDArray x, NDArray mask, Heads.Rows rows) {
        return attend(store, x, mask, null, rows, false);
    }

    private NDArray attend(
            ParameterStore store,
            NDArray x,
            NDArray mask,
            KeyValueCache.Layer past,
            Heads.Rows rows,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDArray parts = Heads.split(run(qkv, store, x, training), 3, heads);
                    NDArray q = rows.of(parts.get(0), 2); // (B, H, T, E)
                    NDArray k = parts.get(1); // (B, H, S, E), S = T without a past
                    NDArray v = parts.get(2);
                    Heads.Rows queries = rows;
                    if (past != null) {
                        past.append(k, v);
                        long before = past.keys().getShape().get(2) - q.getShape().get(2);
                        queries = new Heads.Rows((int) before, 1);
                        k = past.keys();
                        v = past.values();
                    }
                    NDArray scores = scale(store, q.matMul(k.transpose(0, 1, 3, 2)), training);
                    NDArray patternMask = patternMask(scores, queries);
                    NDArray added = mask == null ? null : Heads.mask(mask, scores.getShape());
                    NDArray attended =
                            Heads.attend(scores, v, dropout, training, patternMask, added);
                    return DropoutMask.apply(
                            run(out, store, attended, training), dropout, training);
                });
    }

    private NDArray scale(ParameterStore store, NDArray scores, boolean training) {
        return temperature == null
                ? scores.mul(Autograd.constant(scores, 1 / Math.sqrt((double) width / heads)))
                : scores.mul(store.getValue(temperature, scores.getDevice(), training).exp());
    }

    /** Returns the pattern's mask of scores (B, H, T, S), or null. */
    private NDArray patternMask(NDArray scores, Heads.Rows queries) {
        return Heads.mask(
                pattern,
                scores.getManager(),
                queries,
                scores.getShape().get(3),
                scores.getDataType());
    }

    /** Returns the rate of dropout. */
    float dropout() {
        return dropout;
    }

    /** The projection that adds to the residual, for an initialiser of its own. */
    Block residual() {
        return out;
    }
}
