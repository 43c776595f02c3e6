package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import org.bdia.config.Ranges;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Multi-head attention from one sequence to another, softmax(q kᵀ / √E + mask) v per head, then a projection; q from
 * the one sequence, k and v from the other, the memory.
 *
 * <p>Letters: B batch, T tokens, S memory tokens, D width, H heads, E = D/H. (B, T, D), (B, S, D), (B, 1, 1, S) → (B, T,
 * D).
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
final class CrossAttention extends SequenceBlock {

    private final int width;
    private final int heads;
    private final float dropout;
    private final Linear query;
    private final Linear keyValue;
    private final Linear out;

    /**
     * A cross-attention block.
     *
     * @param width D, a multiple of heads
     * @param heads H
     * @param dropout the rate on attention weights and on the output, 0 ≤ dropout &lt; 1
     * @throws IllegalArgumentException if a size is not positive, the width is no multiple of the heads, or the
     *     dropout is out of range
     */
    CrossAttention(int width, int heads, float dropout) {
        Ranges.positive("width", width);
        Ranges.positive("heads", heads);
        Ranges.multiple("width", width, "heads", heads);
        Ranges.dropout(dropout);
        this.width = width;
        this.heads = heads;
        this.dropout = dropout;
        query = addChildBlock("query", Linear.builder().setUnits(width).build());
        keyValue = addChildBlock("key_value", Linear.builder().setUnits(2L * width).build());
        out = addChildBlock("out", Linear.builder().setUnits(width).build());
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        NDArray x = inputs.get(0);
        NDArray memory = inputs.get(1);
        NDArray mask = inputs.size() > 2 ? inputs.get(2) : null;
        return attend(store, x, memory, mask, null, training);
    }

    /**
     * (B, T, D), (B, S, D) → (B, T, D).
     *
     * @param mask added to the scores, or null
     * @param memoryCache the memory's keys and values, computed the first time; null to compute them always
     */
    NDArray attend(
            ParameterStore store,
            NDArray x,
            NDArray memory,
            NDArray mask,
            KeyValueCache.Layer memoryCache,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDArray q = Heads.split(run(query, store, x, training), 1, heads).get(0);
                    NDArray k; // (B, H, S, E)
                    NDArray v;
                    if (memoryCache == null || memoryCache.isEmpty()) {
                        NDArray parts =
                                Heads.split(run(keyValue, store, memory, training), 2, heads);
                        k = parts.get(0);
                        v = parts.get(1);
                        if (memoryCache != null) {
                            memoryCache.append(k, v);
                        }
                    } else {
                        k = memoryCache.keys();
                        v = memoryCache.values();
                    }
                    NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)); // (B, H, T, S)
                    double scale = 1 / Math.sqrt((double) width / heads);
                    NDArray scaled = scores.mul(Autograd.constant(scores, scale));
                    NDArray added = mask == null ? null : Heads.mask(mask, scaled.getShape());
                    NDArray attended = Heads.attend(scaled, v, dropout, training, added);
                    return DropoutMask.apply(
                            run(out, store, attended, training), dropout, training);
                });
    }

    /** Returns the rate of dropout. */
    float dropout() {
        return dropout;
    }
}
