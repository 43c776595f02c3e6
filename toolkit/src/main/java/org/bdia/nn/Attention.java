package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Scoped;

/**
 * Multi-head self-attention, softmax(q kᵀ / √E) v per head, then a projection.
 *
 * <p>Letters: B batch, T tokens, D width, H heads, E = D/H. (B, T, D) → (B, T, D).
 *
 * @see <a href="https://arxiv.org/abs/1706.03762">Vaswani et al., 2017</a>
 */
public final class Attention extends AbstractBlock {

    /** Added to a masked score: its softmax is exactly 0, and unlike −∞ it never makes NaN. */
    private static final float MASKED = -1e9f;

    /** Which scores a token may see, and how they are scaled. */
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
        Checks.positive("width", width);
        Checks.positive("heads", heads);
        Checks.multiple("width", width, "heads", heads);
        Checks.dropout(dropout);
        this.width = width;
        this.heads = heads;
        this.pattern = pattern;
        this.dropout = dropout;
        qkv = addChildBlock("qkv", Linear.builder().setUnits(3L * width).build());
        out = addChildBlock("out", Linear.builder().setUnits(width).build());
        if (pattern == Pattern.LOCALITY) {
            float logScale = (float) Math.log(1 / Math.sqrt((double) width / heads));
            Initializer initial = (m, shape, type) -> m.full(shape, logScale, type);
            temperature =
                    addParameter(
                            Parameter.builder()
                                    .setName("temperature")
                                    .setType(Parameter.Type.OTHER)
                                    .optShape(new Shape(1))
                                    .optInitializer(initial)
                                    .build());
        } else {
            temperature = null;
        }
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow(); // (B, T, D)
        return new NDList(Scoped.result(() -> attend(store, x, training)));
    }

    private NDArray attend(ParameterStore store, NDArray x, boolean training) {
        long batch = x.getShape().get(0);
        long tokens = x.getShape().get(1);
        NDArray parts =
                qkv.forward(store, new NDList(x), training)
                        .singletonOrThrow()
                        .reshape(batch, tokens, 3, heads, width / heads)
                        .transpose(2, 0, 3, 1, 4); // (3, B, H, T, E)
        NDArray q = parts.get(0);
        NDArray k = parts.get(1);
        NDArray v = parts.get(2);
        NDArray scores = q.matMul(k.transpose(0, 1, 3, 2)); // (B, H, T, T)
        NDArray weights = mask(scale(store, scores, training), tokens).softmax(-1);
        NDArray mixed = DropoutMask.apply(weights, dropout, training).matMul(v); // (B, H, T, E)
        NDArray joined = mixed.transpose(0, 2, 1, 3).reshape(batch, tokens, width);
        NDArray y = out.forward(store, new NDList(joined), training).singletonOrThrow();
        return DropoutMask.apply(y, dropout, training);
    }

    private NDArray scale(ParameterStore store, NDArray scores, boolean training) {
        return temperature == null
                ? scores.mul(Autograd.constant(scores, 1 / Math.sqrt((double) width / heads)))
                : scores.mul(store.getValue(temperature, scores.getDevice(), training).exp());
    }

    private NDArray mask(NDArray scores, long tokens) {
        if (pattern == Pattern.FULL) {
            return scores;
        }
        NDManager manager = scores.getManager();
        NDArray seen = manager.arange((int) tokens).reshape(1, tokens);
        NDArray seeing = seen.reshape(tokens, 1);
        NDArray hidden = pattern == Pattern.CAUSAL ? seen.gt(seeing) : seen.eq(seeing);
        return scores.add(hidden.toType(scores.getDataType(), false).mul(MASKED));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        qkv.initialize(manager, type, inputShapes);
        out.initialize(manager, type, inputShapes);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
