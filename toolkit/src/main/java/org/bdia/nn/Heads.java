package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Locale;

/**
 * The arithmetic that self- and cross-attention share.
 *
 * <p>Letters: B batch, T queries, S keys, D width, H heads, E = D/H.
 */
final class Heads {

    /**
     * The rows of the scores that are computed.
     *
     * @param first the first of them
     * @param step from one to the next
     */
    record Rows(int first, int step) {

        /** Every row. */
        static final Rows ALL = new Rows(0, 1);

        /** Returns the rows of an array that has them on an axis; of all of them the array itself. */
        NDArray of(NDArray array, int axis) {
            return step == 1 ? array : array.get(":, ".repeat(axis) + first + "::" + step);
        }
    }

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
     * Returns softmax(scores + masks) v of all heads side by side: scores (B, H, T, S), v (B, H, S, E) → (B, T, D).
     *
     * @param masks what is added to the scores, broadcasting over (B, H, T, S); null for none
     */
    static NDArray attend(
            NDArray scores, NDArray v, float dropout, boolean training, NDArray... masks) {
        NDArray masked = scores;
        for (NDArray mask : masks) {
            masked = mask == null ? masked : masked.add(mask);
        }
        NDArray weights = DropoutMask.apply(masked.softmax(-1), dropout, training);
        NDArray attended = weights.matMul(v); // (B, H, T, E)
        Shape shape = attended.getShape();
        return attended.transpose(0, 2, 1, 3)
                .reshape(shape.get(0), shape.get(2), shape.get(1) * shape.get(3));
    }

    /** Returns the mask of the pairs for which a condition holds. */
    static NDArray mask(NDArray condition, DataType type) {
        return condition.toType(type, false).mul(MASKED);
    }

    /**
     * Returns a pattern's mask (T, S) of scores (B, H, T, S), or null where it has none.
     *
     * @param rows which of S tokens are queries
     */
    static NDArray mask(
            Attention.Pattern pattern, NDManager manager, Rows rows, long tokens, DataType type) {
        if (pattern == Attention.Pattern.FULL) {
            return null;
        }
        NDArray keys = manager.arange((int) tokens).reshape(1, tokens);
        NDArray queries = manager.arange(rows.first(), (int) tokens, rows.step()).reshape(-1, 1);
        return mask(
                pattern == Attention.Pattern.CAUSAL ? keys.gt(queries) : keys.eq(queries), type);
    }

    /** Returns the mask as an array of four axes, of shape {@link #maskShape}. */
    static NDArray mask(NDArray mask, Shape scores) {
        Shape shape = maskShape(mask, scores);
        return shape.equals(mask.getShape()) ? mask : mask.reshape(shape);
    }

    /**
     * Returns the shape of a mask as four axes that broadcast over the scores.
     *
     * @param scores (B, H, T, S)
     * @throws IllegalArgumentException if the mask is not of floating point, or neither (S) nor (T, S) nor (B, H, T, S), where
     *     each may be 1
     */
    static Shape maskShape(NDArray mask, Shape scores) {
        Shape shape = mask.getShape();
        int missing = scores.dimension() - shape.dimension();
        boolean fits = missing >= 0 && missing < scores.dimension() && missing != 1;
        Shape full = new Shape();
        for (int i = 0; fits && i < scores.dimension(); i++) {
            long size = i < missing ? 1 : shape.get(i - missing);
            fits = size == 1 || size == scores.get(i);
            full = full.add(size);
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "an attention mask is added to scores (B, H, T, S) = %s, so its shape must be (S), (T, S) or"
                                    + " (B, H, T, S), where each may be 1, but it is %s; reshape it, for example to"
                                    + " (B, 1, 1, S) for a mask of each sample",
                            scores,
                            shape));
        }
        if (!mask.getDataType().isFloating()) {
            throw new IllegalArgumentException(
                    "an attention mask is added to the scores, so it must be of floating point, 0 where a token is seen and"
                            + " -1e9 where not, but it is "
                            + mask.getDataType()
                            + "; convert what is to be hidden with toType(DataType.FLOAT32, false).mul(-1e9f)");
        }
        return full;
    }

    /** Returns the mask of padding: ids (B, S), 0 where padding → (B, 1, 1, S), to be added to scores. */
    static NDArray padding(NDArray ids, DataType type) {
        Shape shape = ids.getShape();
        return mask(ids.eq(0), type).reshape(shape.get(0), 1, 1, shape.get(1));
    }
}
