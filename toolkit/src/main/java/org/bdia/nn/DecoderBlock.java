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
import org.bdia.reversible.BranchGraph;
import org.bdia.reversible.DrawingBranch;
import org.bdia.reversible.RecordingBranch;
import org.bdia.reversible.Scoped;

/**
 * The residual branch of a pre-norm decoder block, without the skip: h(x, m) = f(x) + c(x + f, m) + g(x + f + c), f causal
 * self-attention, c attention to the encoder's output m, g the MLP, each after a LayerNorm of its own.
 *
 * <p>Inputs: x (B, T, D), memory (B, S, D), optionally the memory's mask (B, 1, 1, S); output (B, T, D).
 */
public final class DecoderBlock extends AbstractBlock implements RecordingBranch, DrawingBranch {

    private final LayerNorm ln1;
    private final Attention attention;
    private final LayerNorm ln2;
    private final CrossAttention cross;
    private final LayerNorm ln3;
    private final Mlp mlp;
    private final float dropout;
    private final SplitBranch split;

    /**
     * A block.
     *
     * @param width D, a multiple of heads
     * @param heads attention heads
     * @param mlp the hidden width of the MLP
     * @param activation the MLP's activation
     * @param dropout the rate inside the branch, 0 ≤ dropout &lt; 1
     * @throws IllegalArgumentException if a size or the dropout is out of range
     */
    public DecoderBlock(int width, int heads, int mlp, Activation activation, float dropout) {
        ln1 = addChildBlock("ln1", LayerNorm.builder().axis(2).build());
        attention =
                addChildBlock(
                        "attention",
                        new Attention(width, heads, Attention.Pattern.CAUSAL, dropout));
        ln2 = addChildBlock("ln2", LayerNorm.builder().axis(2).build());
        cross = addChildBlock("cross", new CrossAttention(width, heads, dropout));
        ln3 = addChildBlock("ln3", LayerNorm.builder().axis(2).build());
        this.mlp = addChildBlock("mlp", new Mlp(width, mlp, activation, dropout));
        this.dropout = dropout;
        split = new SplitBranch(activation);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDList memory = inputs.subNDList(1);
        return new NDList(branch(store, inputs.get(0), memory, null, null, training));
    }

    /**
     * h(x, memory) of tokens that follow those whose keys and values are kept; theirs are added.
     *
     * @param seen the memory's keys and values, computed the first time
     */
    NDArray following(
            ParameterStore store,
            NDArray x,
            NDList memory,
            KeyValueCache.Layer past,
            KeyValueCache.Layer seen) {
        return branch(store, x, memory, past, seen, false);
    }

    private NDArray branch(
            ParameterStore store,
            NDArray x,
            NDList context,
            KeyValueCache.Layer past,
            KeyValueCache.Layer seen,
            boolean training) {
        var pieces = pieces(store, context, past, seen, training);
        return Scoped.result(() -> split.run(pieces, x));
    }

    @Override
    public boolean draws() {
        return dropout > 0;
    }

    @Override
    public boolean recordsItself() {
        return split.recordsItself();
    }

    @Override
    public BranchGraph record(
            ParameterStore store, NDArray leaf, NDList context, boolean residual) {
        return split.record(pieces(store, context, null, null, true), leaf, residual);
    }

    /** f + c, W₁ LN, W₂. */
    private SplitBranch.Pieces pieces(
            ParameterStore store,
            NDList context,
            KeyValueCache.Layer past,
            KeyValueCache.Layer seen,
            boolean training) {
        NDArray memory = context.get(0);
        NDArray mask = context.size() > 1 ? context.get(1) : null;
        return new SplitBranch.Pieces(
                x ->
                        Scoped.result(
                                () -> {
                                    NDArray normed = run(ln1, store, x, training);
                                    NDArray f =
                                            attention.attend(store, normed, null, past, training);
                                    NDArray looking = run(ln2, store, x.add(f), training);
                                    return f.add(
                                            cross.attend(
                                                    store, looking, memory, mask, seen, training));
                                }),
                a -> Scoped.result(() -> mlp.hidden(store, run(ln3, store, a, training), training)),
                (y, f) -> Scoped.result(() -> f.add(mlp.project(store, y, training))),
                training ? dropout : 0);
    }

    private static NDArray run(Block block, ParameterStore store, NDArray x, boolean training) {
        return block.forward(store, new NDList(x), training).singletonOrThrow();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        for (Block block : new Block[] {ln1, attention, ln2, cross, ln3, mlp}) {
            block.initialize(manager, type, inputShapes[0]);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
