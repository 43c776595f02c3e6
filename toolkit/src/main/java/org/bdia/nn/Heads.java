package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * The arithmetic that self- and cross-attention share.
 *
 * <p>Letters: B batch, T tokens that look, S tokens that are seen, D width, H heads, E = D/H.
 */
final class Heads {

    /** Added to a masked score: its softmax is exactly 0, and unlike −∞ it never makes NaN. */
    private static final float MASKED = -1e9f;

    private Heads() {}

    /** (B, T, n·D) → n arrays in one, (n, B, H, T, E). */
    static NDArray split(NDArray x, int parts, int heads) {
        Shape shape = x.getShape();
        return x.reshape(shape.get(0), shape.get(1), parts, heads, shape.get(2) / parts / heads)
                .transpose(2, 0, 3, 1, 4);
    }

    /**
     * softmax(scores + masks) v, heads joined again: scores (B, H, T, S), v (B, H, S, E) → (B, T, D).
     *
     * @param masks what is added to the scores, broadcasting over (B, H, T, S); null for none
     */
    static NDArray mix(
            NDArray scores, NDArray v, float dropout, boolean training, NDArray... masks) {
        NDArray masked = scores;
        for (NDArray mask : masks) {
            masked = mask == null ? masked : masked.add(mask);
        }
        NDArray weights = DropoutMask.apply(masked.softmax(-1), dropout, training);
        NDArray mixed = weights.matMul(v); // (B, H, T, E)
        Shape shape = mixed.getShape();
        return mixed.transpose(0, 2, 1, 3)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }

    /** The mask that hides where a condition holds. */
    static NDArray hide(NDArray condition, DataType type) {
        return condition.toType(type, false).mul(MASKED);
    }

    /** The mask under which the last T of S tokens see themselves and earlier ones, (T, S). */
    static NDArray causal(NDManager manager, long looking, long seen, DataType type) {
        NDArray columns = manager.arange((int) seen).reshape(1, seen);
        NDArray rows = manager.arange((int) (seen - looking), (int) seen).reshape(looking, 1);
        return hide(columns.gt(rows), type);
    }

    /** The mask that hides padding: ids (B, S), 0 where padding → (B, 1, 1, S), to be added to scores. */
    static NDArray padding(NDArray ids, DataType type) {
        Shape shape = ids.getShape();
        return hide(ids.eq(0), type).reshape(shape.get(0), 1, 1, shape.get(1));
    }
}
