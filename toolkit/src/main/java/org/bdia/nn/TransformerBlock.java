package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.bdia.reversible.Scoped;

/**
 * The residual branch of a pre-norm transformer block, without the skip: h(x) = f(x) + g(x + f(x)), f(x) =
 * attention(LN x), g(x) = MLP(LN x) with GELU. (B, T, D) → (B, T, D).
 */
public final class TransformerBlock extends AbstractBlock {

    private final float dropout;
    private final LayerNorm ln1;
    private final Attention attention;
    private final LayerNorm ln2;
    private final Linear fc1;
    private final Linear fc2;

    /**
     * A block.
     *
     * @param width D, a multiple of heads
     * @param heads attention heads
     * @param mlp the hidden width of the MLP
     * @param pattern what a token may see
     * @param dropout the rate inside the branch, 0 ≤ dropout &lt; 1
     * @throws IllegalArgumentException if a size or the dropout is out of range
     */
    public TransformerBlock(
            int width, int heads, int mlp, Attention.Pattern pattern, float dropout) {
        Checks.positive("mlp", mlp);
        Checks.dropout(dropout);
        this.dropout = dropout;
        // Over the last axis alone: DJL's default normalises over tokens too.
        ln1 = addChildBlock("ln1", LayerNorm.builder().axis(2).build());
        attention = addChildBlock("attention", new Attention(width, heads, pattern, dropout));
        ln2 = addChildBlock("ln2", LayerNorm.builder().axis(2).build());
        fc1 = addChildBlock("fc1", Linear.builder().setUnits(mlp).build());
        fc2 = addChildBlock("fc2", Linear.builder().setUnits(width).build());
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        return new NDList(Scoped.result(() -> branch(store, x, training)));
    }

    private NDArray branch(ParameterStore store, NDArray x, boolean training) {
        NDArray f = run(attention, store, run(ln1, store, x, training), training);
        NDArray inner = run(ln2, store, x.add(f), training);
        NDArray hidden = Activation.gelu(run(fc1, store, inner, training)); // (B, T, M)
        NDArray kept = DropoutMask.apply(hidden, dropout, training);
        NDArray g = DropoutMask.apply(run(fc2, store, kept, training), dropout, training);
        return f.add(g);
    }

    private static NDArray run(Block block, ParameterStore store, NDArray x, boolean training) {
        return block.forward(store, new NDList(x), training).singletonOrThrow();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        Shape shape = inputShapes[0];
        for (Block block : new Block[] {ln1, attention, ln2, fc1}) {
            block.initialize(manager, type, shape);
        }
        fc2.initialize(manager, type, fc1.getOutputShapes(new Shape[] {shape}));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
