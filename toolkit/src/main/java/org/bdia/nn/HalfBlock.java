package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import org.bdia.reversible.DrawingBranch;
import org.bdia.torch.Scoped;

/**
 * One half of a {@link TransformerBlock} as a branch of its own, over the block's weights: f(x) = attention(LN x) or g(x) =
 * MLP(LN x), without the skip. (B, T, D) → (B, T, D); a second input is a mask, which only attention looks at.
 *
 * <p>A {@link DecoderBlock} has three such parts: c(x, m) = cross-attention(LN x, m) takes the memory m (B, S, D) as its second
 * input, a mask as its third.
 */
final class HalfBlock extends SequenceBlock implements DrawingBranch {

    private final LayerNorm norm;
    private final Block inner;
    private final BranchScript.Part part;
    private final FusedBranch fused;
    private final float dropout;

    HalfBlock(LayerNorm norm, Attention attention, FusedBranch fused) {
        this(norm, attention, fused, attention.dropout(), BranchScript.Part.ATTENTION);
    }

    /** c; without fused kernels where fused is null. */
    HalfBlock(LayerNorm norm, CrossAttention cross, FusedBranch fused) {
        this(norm, cross, fused, cross.dropout(), BranchScript.Part.CROSS);
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
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        boolean cross = part == BranchScript.Part.CROSS;
        int last = cross ? 2 : 1;
        NDArray mask = inputs.size() > last && part.attends() ? inputs.get(last) : null;
        NDArray memory = cross ? inputs.get(1) : null;
        return value(store, inputs.get(0), memory, mask, null, training);
    }

    /** Returns {@link #branch}, by the fused kernel where there is one that may be used, and no past. */
    NDArray value(
            ParameterStore store,
            NDArray x,
            NDArray memory,
            NDArray mask,
            KeyValueCache.Layer past,
            boolean training) {
        NDArray[] inputs = memory == null ? new NDArray[] {x} : new NDArray[] {x, memory};
        return fused != null && past == null && fused.takes(part, mask, training, inputs)
                ? fused.call(part, store, getParameters().values(), mask, training, inputs)
                : branch(store, x, memory, mask, past, training);
    }

    /** Returns the half's value for new tokens; attention uses and extends a key/value cache. */
    NDArray decodeStep(ParameterStore store, NDArray x, KeyValueCache.Layer past) {
        return branch(store, x, null, null, past, false);
    }

    /**
     * The plain kernel: attention(LN x), cross-attention(LN x, memory), or MLP(LN x), which uses neither mask nor past.
     *
     * @param memory null where there is none
     * @param past keys and values: of earlier tokens, or of the memory, which are computed the first time; null for none
     */
    NDArray branch(
            ParameterStore store,
            NDArray x,
            NDArray memory,
            NDArray mask,
            KeyValueCache.Layer past,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDArray normed = run(norm, store, x, training);
                    if (inner instanceof Attention attention) {
                        return attention.attend(store, normed, mask, past, training);
                    }
                    return inner instanceof CrossAttention cross
                            ? cross.attend(store, normed, memory, mask, past, training)
                            : run(inner, store, normed, training);
                });
    }

    /** Returns whether the whole block is initialised, since a model initialises that. */
    @Override
    public boolean isInitialized() {
        return norm.isInitialized() && inner.isInitialized();
    }
}
