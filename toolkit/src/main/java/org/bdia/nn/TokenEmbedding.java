package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.ndarray.types.SparseFormat;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Embedding;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import org.bdia.torch.Scoped;

/**
 * Token ids to vectors: a learned vector per id plus one per position, then dropout; and back, by the same vectors, to
 * logits. Ids (B, T) → (B, T, D).
 */
final class TokenEmbedding extends SequenceBlock {

    private final int vocabulary;
    private final int context;
    private final int width;
    private final float dropout;
    private final Parameter token;
    private final Parameter position;

    TokenEmbedding(int vocabulary, int context, int width, float dropout) {
        this.vocabulary = vocabulary;
        this.context = context;
        this.width = width;
        this.dropout = dropout;
        token = embedding("token", new Shape(vocabulary, width));
        position = embedding("position", new Shape(context, width));
    }

    private Parameter embedding(String name, Shape shape) {
        return addParameter(name, shape, new NormalInitializer(0.02f));
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        return embed(store, inputs.singletonOrThrow(), 0, training);
    }

    /**
     * The vectors of ids that stand at positions from, from + 1, ….
     *
     * @throws IllegalArgumentException if an id is out of range, or the positions go beyond the context
     */
    NDArray embed(ParameterStore store, NDArray ids, int from, boolean training) {
        Checks.tokens("tokens", ids, vocabulary, context - from);
        return Scoped.result(
                () -> {
                    NDArray vectors = // (B, T, D)
                            Embedding.embedding(
                                            ids,
                                            store.getValue(token, ids.getDevice(), training),
                                            SparseFormat.DENSE)
                                    .singletonOrThrow();
                    NDArray places =
                            store.getValue(position, ids.getDevice(), training)
                                    .get("{}:{}", from, from + ids.getShape().get(1)); // (T, D)
                    return DropoutMask.apply(vectors.add(places), dropout, training);
                });
    }

    /** Returns the vectors of all ids, (V, D). */
    NDArray vectors(ParameterStore store, NDArray like, boolean training) {
        return store.getValue(token, like.getDevice(), training);
    }

    /** Returns the logits of all ids, x · tokenᵀ: (B, T, D) → (B, T, V). */
    NDArray logits(ParameterStore store, NDArray x, boolean training) {
        Shape shape = x.getShape();
        return Scoped.result(
                () ->
                        x.reshape(-1, width)
                                .matMul(vectors(store, x, training).transpose())
                                .reshape(shape.get(0), shape.get(1), vocabulary));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(width)};
    }
}
