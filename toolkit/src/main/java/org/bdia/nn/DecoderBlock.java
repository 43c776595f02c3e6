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
import org.bdia.activation.SplitBranch;
import org.bdia.config.ActivationConfig;
import org.bdia.reversible.BranchGraph;
import org.bdia.reversible.DrawingBranch;
import org.bdia.reversible.RecordingBranch;
import org.bdia.torch.Scoped;

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
    private final HalfBlock f;
    private final HalfBlock g;
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
    public DecoderBlock(int width, int heads, int mlp, ActivationConfig activation, float dropout) {
        ln1 = addChildBlock("ln1", LayerNorm.builder().axis(2).build());
        attention =
                addChildBlock(
                        "attention",
                        new Attention(width, heads, Attention.Pattern.CAUSAL, dropout));
        ln2 = addChildBlock("ln2", LayerNorm.builder().axis(2).build());
        cross = addChildBlock("cross", new CrossAttention(width, heads, dropout));
        ln3 = addChildBlock("ln3", LayerNorm.builder().axis(2).build());
        this.mlp = addChildBlock("mlp", new Mlp(width, mlp, activation, dropout));
        split = new SplitBranch(activation);
        f = new HalfBlock(ln1, attention, null);
        g = new HalfBlock(ln3, this.mlp, null);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.get(0);
        NDList context = inputs.subNDList(1);
        return new NDList(
                split.recordsItself()
                        ? Scoped.result(() -> split.run(pieces(store, context, training), x))
                        : branch(store, x, context, null, null, training));
    }

    /**
     * Returns h(x, memory) of new tokens, using and extending a key/value cache.
     *
     * @param seen the memory's keys and values, computed the first time
     */
    NDArray decodeStep(
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
        return Scoped.result(
                () -> {
                    NDArray attended = attended(store, x, context, past, seen, training);
                    return attended.add(g.branch(store, x.add(attended), null, null, training));
                });
    }

    /** f + c. */
    private NDArray attended(
            ParameterStore store,
            NDArray x,
            NDList context,
            KeyValueCache.Layer past,
            KeyValueCache.Layer seen,
            boolean training) {
        NDArray memory = context.get(0);
        NDArray mask = context.size() > 1 ? context.get(1) : null;
        return Scoped.result(
                () -> {
                    NDArray self = f.branch(store, x, null, past, training);
                    NDArray query = run(ln2, store, x.add(self), training);
                    return self.add(cross.attend(store, query, memory, mask, seen, training));
                });
    }

    @Override
    public boolean draws() {
        return f.draws();
    }

    @Override
    public boolean recordsItself() {
        return split.recordsItself();
    }

    @Override
    public BranchGraph record(
            ParameterStore store, NDArray leaf, NDList context, boolean residual) {
        return split.record(pieces(store, context, true), leaf, residual);
    }

    /** The branch cut at its activation. */
    private SplitBranch.Pieces pieces(ParameterStore store, NDList context, boolean training) {
        return new SplitBranch.Pieces(
                x -> attended(store, x, context, null, null, training),
                a -> Scoped.result(() -> mlp.hidden(store, run(ln3, store, a, training), training)),
                (y, attended) -> Scoped.result(() -> attended.add(mlp.project(store, y, training))),
                training ? mlp.dropout() : 0);
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
