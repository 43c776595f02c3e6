package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Locale;
import org.bdia.config.Method;
import org.bdia.torch.Scoped;

/** Checks of inputs that several models share. */
final class Checks {

    private Checks() {}

    /**
     * Refuses token ids that the model has no embedding for, no tokens, and more than it has positions for.
     *
     * @param name what the ids are, for the message
     * @param ids (B, T), int64
     */
    static void tokens(String name, NDArray ids, int vocabulary, int context) {
        Shape shape = ids.getShape();
        if (shape.dimension() != 2 || ids.getDataType() != DataType.INT64) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the %s must be int64 ids of shape (B, T), but are %s%s; convert them with"
                                    + " toType(DataType.INT64, false)",
                            name,
                            ids.getDataType(),
                            shape));
        }
        if (shape.size() == 0) {
            throw new IllegalArgumentException(
                    "the "
                            + name
                            + " are none, their shape is "
                            + shape
                            + "; give at least one row, and one token a row");
        }
        if (shape.get(1) > context) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the %s have %d tokens a row, but the model's context is %d; cut them, or"
                                    + " choose a longer context",
                            name,
                            shape.get(1),
                            context));
        }
        long lowest;
        long highest;
        try (NDArray min = ids.min();
                NDArray max = ids.max()) {
            lowest = min.getLong();
            highest = max.getLong();
        }
        if (lowest < 0 || highest >= vocabulary) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the %s hold the id %d, but the vocabulary has ids 0 to %d; encode the text"
                                    + " with the model's own vocabulary",
                            name,
                            lowest < 0 ? lowest : highest,
                            vocabulary - 1));
        }
    }

    /** Refuses a source row that holds nothing but padding. */
    static void notPaddingAlone(NDArray source) {
        try (NDArray empty =
                Scoped.result(
                        () ->
                                source.eq(Seq2Seq.PAD)
                                        .toType(DataType.INT64, false)
                                        .min(new int[] {1}))) {
            long[] rows = empty.toLongArray();
            for (int row = 0; row < rows.length; row++) {
                if (rows[row] != 0) {
                    throw new IllegalArgumentException(
                            "row "
                                    + row
                                    + " of the source is padding alone (id 0), so there is nothing to attend to;"
                                    + " leave the pair out, or end each source with a token");
                }
            }
        }
    }

    /** Refuses DJL's own training where it would compute something else than the stack does. */
    static void trainableByDjl(Method method, double dropPath) {
        if (dropPath > 0) {
            throw new UnsupportedOperationException(
                    "DJL's own trainer knows no samples' ids, which stochastic depth is a function of, but"
                            + " this model's dropPath is "
                            + dropPath
                            + "; train it with org.bdia.train.Trainer, or call differentiate(inputs, loss,"
                            + " draw)");
        }
        if (!(method instanceof Method.Standard)) {
            throw new UnsupportedOperationException(
                    "DJL's own trainer can differentiate Method.standard() only, but this model's method is "
                            + method
                            + "; train it with org.bdia.train.Trainer, or call differentiate(inputs, loss,"
                            + " draw)");
        }
    }
}
