package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.bdia.reversible.DrawingBranch;
import org.bdia.torch.Scoped;

/**
 * One half of a {@link TransformerBlock} as a branch of its own, over the block's weights: f(x) = attention(LN x) or g(x) =
 * MLP(LN x), without the skip. (B, T, D) → (B, T, D); a second input is a mask, which only attention looks at.
 */
final class HalfBlock extends AbstractBlock implements DrawingBranch {

    private final LayerNorm norm;
    private final Block inner;
    private final BranchScript.Part part;
    private final FusedBranch fused;
    private final float dropout;

    HalfBlock(LayerNorm norm, Attention attention, FusedBranch fused) {
        this(norm, attention, fused, attention.dropout(), BranchScript.Part.ATTENTION);
    }

    /** g; without fused kernels where fused is null. */
    HalfBlock(LayerNorm norm, Mlp mlp, FusedBranch fused) {
        this(norm, mlp, fused, mlp.dropout(), BranchScript.Part.MLP);
    }

    private HalfBlock(
            LayerNorm norm, Block inner, FusedBranch fused, float dropout, BranchScript.Part part) {
        this.part = part;
        this.norm = addChildBlock("norm", norm);
        this.inner = addChildBlock("inner", inner);
        this.fused = fused;
        this.dropout = dropout;
    }

    @Override
    public boolean draws() {
        return dropout > 0;
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.get(0);
        boolean masked = inputs.size() > 1 && part == BranchScript.Part.ATTENTION;
        NDArray mask = masked ? inputs.get(1) : null;
        return new NDList(
                fused != null && fused.takes(part, x, mask, training)
                        ? fused.call(part, store, getParameters().values(), mask, training, x)
                        : branch(store, x, mask, null, training));
    }

    /** Returns the half's value for new tokens; attention uses and extends a key/value cache. */
    NDArray decodeStep(ParameterStore store, NDArray x, KeyValueCache.Layer past) {
        return branch(store, x, null, past, false);
    }

    /** The plain kernel: attention(LN x) or MLP(LN x), which takes neither mask nor past. */
    NDArray branch(
            ParameterStore store,
            NDArray x,
            NDArray mask,
            KeyValueCache.Layer past,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDList normed = norm.forward(store, new NDList(x), training);
                    return inner instanceof Attention attention
                            ? attention.attend(
                                    store, normed.singletonOrThrow(), mask, past, training)
                            : inner.forward(store, normed, training).singletonOrThrow();
                });
    }

    /** Returns whether the whole block is initialised, since a model initialises that. */
    @Override
    public boolean isInitialized() {
        return norm.isInitialized() && inner.isInitialized();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        norm.initialize(manager, type, inputShapes[0]);
        inner.initialize(manager, type, inputShapes[0]);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
