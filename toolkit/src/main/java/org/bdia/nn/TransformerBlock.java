package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.util.PairList;
import java.util.List;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Method;
import org.bdia.reversible.Scoped;

/**
 * The residual branch of a pre-norm transformer block, without the skip: h(x) = f(x) + g(x + f(x)), f(x) =
 * attention(LN x), g(x) = MLP(LN x) with GELU. (B, T, D) → (B, T, D); a second input is a mask, see {@link Attention}.
 */
public final class TransformerBlock extends AbstractBlock {

    private final LayerNorm ln1;
    private final Attention attention;
    private final LayerNorm ln2;
    private final Mlp mlp;
    private final FusedBranch fused;

    /** A block with the exact GELU and fused kernels, see the other constructor. */
    public TransformerBlock(
            int width, int heads, int mlp, Attention.Pattern pattern, float dropout) {
        this(width, heads, mlp, pattern, Gelu.ERF, dropout, Execution.of(Backprop.STORE));
    }

    /**
     * A block.
     *
     * @param width D, a multiple of heads
     * @param heads attention heads
     * @param mlp the hidden width of the MLP
     * @param pattern what a token may see
     * @param gelu the MLP's activation
     * @param dropout the rate inside the branch, 0 ≤ dropout &lt; 1
     * @param execution whose kernels and precision are used
     * @throws IllegalArgumentException if a size or the dropout is out of range
     */
    public TransformerBlock(
            int width,
            int heads,
            int mlp,
            Attention.Pattern pattern,
            Gelu gelu,
            float dropout,
            Execution execution) {
        // Over the last axis alone: DJL's default normalises over tokens too.
        ln1 = addChildBlock("ln1", LayerNorm.builder().axis(2).build());
        attention = addChildBlock("attention", new Attention(width, heads, pattern, dropout));
        ln2 = addChildBlock("ln2", LayerNorm.builder().axis(2).build());
        this.mlp = addChildBlock("mlp", new Mlp(width, mlp, gelu, dropout));
        BranchScript.Options options =
                new BranchScript.Options(BranchScript.Part.WHOLE, width, heads, pattern, gelu);
        fused = new FusedBranch(options, dropout, execution);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray mask = inputs.size() > 1 ? inputs.get(1) : null;
        NDArray x = inputs.get(0);
        return new NDList(
                fused.takes(x)
                        ? fused.call(store, getParameters(), x, mask, training)
                        : branch(store, x, mask, null, training));
    }

    /**
     * What a stack over blocks runs: the blocks themselves, or, of a method with two streams, the halves of each, f₀, g₀, f₁,
     * g₁, …, which share the blocks' weights.
     */
    static List<? extends AbstractBlock> branches(List<TransformerBlock> blocks, Method method) {
        if (!(method instanceof Method.RevNet)) {
            return blocks;
        }
        return blocks.stream().flatMap(block -> block.halves().stream()).toList();
    }

    /** f(x) = attention(LN x) and g(x) = MLP(LN x), over this block's weights. */
    List<HalfBlock> halves() {
        return List.of(new HalfBlock(ln1, attention, fused), new HalfBlock(ln2, mlp, fused));
    }

    /** h(x) of tokens that follow those whose keys and values are kept; theirs are added. */
    NDArray following(ParameterStore store, NDArray x, KeyValueCache.Layer past) {
        return branch(store, x, null, past, false);
    }

    private NDArray branch(
            ParameterStore store,
            NDArray x,
            NDArray mask,
            KeyValueCache.Layer past,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDArray normed = run(ln1, store, x, training);
                    NDArray f = attention.attend(store, normed, mask, past, training);
                    NDArray inner = run(ln2, store, x.add(f), training);
                    return f.add(run(mlp, store, inner, training));
                });
    }

    private static NDArray run(Block block, ParameterStore store, NDArray x, boolean training) {
        return block.forward(store, new NDList(x), training).singletonOrThrow();
    }

    /** An initialiser for the two projections that add to the residual. */
    void setResidualInitializer(Initializer initializer) {
        attention.residual().setInitializer(initializer, Parameter.Type.WEIGHT);
        mlp.residual().setInitializer(initializer, Parameter.Type.WEIGHT);
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        for (Block block : new Block[] {ln1, attention, ln2, mlp}) {
            block.initialize(manager, type, inputShapes[0]);
        }
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0]};
    }
}
