package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.bdia.reversible.Scoped;

/** A transformer's feed-forward part, W₂ gelu(W₁ x), dropout after each step. (B, T, D) → (B, T, D). */
final class Mlp extends AbstractBlock {

    private final float dropout;
    private final Gelu gelu;
    private final Linear fc1;
    private final Linear fc2;

    Mlp(int width, int hidden, Gelu gelu, float dropout) {
        Checks.positive("mlp", hidden);
        Checks.dropout(dropout);
        this.dropout = dropout;
        this.gelu = gelu;
        fc1 = addChildBlock("fc1", Linear.builder().setUnits(hidden).build());
        fc2 = addChildBlock("fc2", Linear.builder().setUnits(width).build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        return new NDList(Scoped.result(() -> transform(store, x, training)));
    }

    private NDArray transform(ParameterStore store, NDArray x, boolean training) {
        NDArray hidden = fc1.forward(store, new NDList(x), training).singletonOrThrow();
        NDArray active = DropoutMask.apply(gelu.apply(hidden), dropout, training); // (B, T, M)
        NDArray y = fc2.forward(store, new NDList(active), training).singletonOrThrow();
        return DropoutMask.apply(y, dropout, training);
    }

    /** The projection that adds to the residual, for an initialiser of its own. */
    Block residual() {
        return fc2;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        fc1.initialize(manager, type, inputShapes);
        fc2.initialize(manager, type, fc1.getOutputShapes(inputShapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
