package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import java.util.List;
import org.bdia.activation.SplitBranch;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.reversible.BranchGraph;
import org.bdia.reversible.DrawingBranch;
import org.bdia.reversible.RecordingBranch;
import org.bdia.torch.Autograd;
import org.bdia.torch.Products;
import org.bdia.torch.Scoped;

/**
 * The residual branch of a pre-norm transformer block, without the skip: h(x) = f(x) + g(x + f(x)), f(x) =
 * attention(LN x), g(x) = MLP(LN x). (B, T, D) → (B, T, D); a second input is a mask, see {@link Attention}.
 *
 * <p>With an inverted {@link ActivationConfig} a {@link org.bdia.reversible.ReversibleStack} keeps its value and a bit instead of its argument and its
 * value; DJL's own trainer gets the same gradients, but saves no memory.
 */
public final class TransformerBlock extends SequenceBlock
        implements RecordingBranch, DrawingBranch {

    private final LayerNorm ln1;
    private final Attention attention;
    private final LayerNorm ln2;
    private final Mlp mlp;
    private final HalfBlock f;
    private final HalfBlock g;
    private final FusedBranch fused;
    private final InnerProductBranch inner;
    private final SplitBranch split;

    /** A block of its own with the exact GELU and fused kernels. */
    public TransformerBlock(
            int width, int heads, int mlp, Attention.Pattern pattern, float dropout) {
        this(
                width,
                heads,
                mlp,
                pattern,
                ActivationConfig.GELU,
                dropout,
                Execution.of(Backprop.STORE));
    }

    /**
     * A block of its own.
     *
     * @param width D, a multiple of heads
     * @param heads attention heads
     * @param mlp the hidden width of the MLP
     * @param pattern what a token may see
     * @param activation the MLP's activation
     * @param dropout the rate inside the branch, 0 ≤ dropout &lt; 1
     * @param execution whose kernels and precision are used
     * @throws IllegalArgumentException if a size or the dropout is out of range
     */
    public TransformerBlock(
            int width,
            int heads,
            int mlp,
            Attention.Pattern pattern,
            ActivationConfig activation,
            float dropout,
            Execution execution) {
        this(width, heads, mlp, pattern, activation, dropout, execution, new KernelSelector());
    }

    /**
     * A block of a model, whose blocks share one selector of kernels, so that each shape is checked once.
     *
     * @see #TransformerBlock(int, int, int, Attention.Pattern, ActivationConfig, float, Execution)
     */
    public TransformerBlock(
            int width,
            int heads,
            int mlp,
            Attention.Pattern pattern,
            ActivationConfig activation,
            float dropout,
            Execution execution,
            KernelSelector selector) {
        this(
                new BranchScript.Options(width, heads, mlp, pattern, activation),
                dropout,
                execution,
                selector,
                BranchScript::of);
    }

    TransformerBlock(
            BranchScript.Options options,
            float dropout,
            Execution execution,
            KernelSelector selector,
            FusedBranch.Source source) {
        int width = options.width();
        // Over the last axis alone: DJL's default normalises over tokens too.
        ln1 = addChildBlock("ln1", LayerNorm.builder().axis(2).build());
        attention =
                addChildBlock(
                        "attention",
                        new Attention(width, options.heads(), options.pattern(), dropout));
        ln2 = addChildBlock("ln2", LayerNorm.builder().axis(2).build());
        mlp = addChildBlock("mlp", new Mlp(width, options.mlp(), options.activation(), dropout));
        fused = new FusedBranch(options, dropout, execution, selector, source);
        inner =
                new InnerProductBranch(
                        options, dropout, execution, selector, Products.fewestTokens());
        split = new SplitBranch(options.activation());
        f = new HalfBlock(ln1, attention, fused);
        // As a branch of its own the half has no cut at the activation: the fused kernel would
        // differentiate it exactly, which in float32 is not what an inverted activation computes,
        // and
        // in bfloat16 differs by less than the products round.
        boolean exact =
                !split.recordsItself() || execution.precision() == Precision.BFLOAT16_BRANCH;
        g = new HalfBlock(ln2, mlp, exact ? fused : null);
    }

    /**
     * The plain kernel of the branch.
     *
     * @param mask added to the attention's scores, or null
     * @param past the keys and values of earlier tokens, which those of x are added to; null for none
     */
    private NDArray branch(
            ParameterStore store,
            NDArray x,
            NDArray mask,
            KeyValueCache.Layer past,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDArray attended = f.branch(store, x, null, mask, past, training);
                    return attended.add(
                            g.branch(store, x.add(attended), null, null, null, training));
                });
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        NDArray mask = inputs.size() > 1 ? inputs.get(1) : null;
        NDArray x = inputs.get(0);
        if (split.recordsItself()) {
            SplitBranch.Pieces pieces = pieces(store, x, mask, training);
            return Scoped.result(() -> split.run(pieces, x));
        }
        if (!Autograd.isRecording() && inner.takes(x, mask, training)) {
            return inner.value(x, values(store, x, training), mask, training);
        }
        return fused.takes(BranchScript.Part.WHOLE, mask, training, x)
                ? fused(BranchScript.Part.WHOLE, store, training, mask, x)
                : branch(store, x, mask, null, training);
    }

    @Override
    public boolean draws() {
        return fused.dropout() > 0;
    }

    @Override
    public boolean recordsItself() {
        return split.recordsItself() || inner.wanted();
    }

    @Override
    public BranchGraph record(
            ParameterStore store, NDArray leaf, NDList context, boolean residual) {
        NDArray mask = context.isEmpty() ? null : context.get(0);
        if (split.recordsItself()) {
            return split.record(pieces(store, leaf, mask, true), leaf, residual);
        }
        if (inner.takes(leaf, mask, true)) {
            return inner.record(leaf, values(store, leaf, true), mask, residual);
        }
        NDList inputs = new NDList(leaf).addAll(context);
        NDArray h = forward(store, inputs, true).singletonOrThrow();
        return BranchGraph.of(residual ? leaf.add(h) : h);
    }

    private List<NDArray> values(ParameterStore store, NDArray like, boolean training) {
        return getParameters().values().stream()
                .map(parameter -> store.getValue(parameter, like.getDevice(), training))
                .toList();
    }

    private SplitBranch.Pieces pieces(
            ParameterStore store, NDArray like, NDArray mask, boolean training) {
        if (!fused.takes(BranchScript.Part.ATTENTION, mask, training, like)
                || !fused.takes(BranchScript.Part.HIDDEN, null, training, like)
                || !fused.takes(BranchScript.Part.PROJECTION, null, training, like)) {
            return plain(store, mask, training);
        }
        return new SplitBranch.Pieces(
                x -> fused(BranchScript.Part.ATTENTION, store, training, mask, x),
                a -> fused(BranchScript.Part.HIDDEN, store, training, null, a),
                (y, f) -> fused(BranchScript.Part.PROJECTION, store, training, null, y, f),
                training ? fused.dropout() : 0);
    }

    private NDArray fused(
            BranchScript.Part part,
            ParameterStore store,
            boolean training,
            NDArray mask,
            NDArray... inputs) {
        return fused.call(part, store, part.of(getParameters().values()), mask, training, inputs);
    }

    /**
     * Returns the branches of a stack over blocks: the blocks themselves, or, of a method with two streams, the halves of each, f₀, g₀, f₁,
     * g₁, …, which share the blocks' weights.
     */
    static List<? extends AbstractBlock> branches(List<TransformerBlock> blocks, Method method) {
        if (method.streams() == 1) {
            return blocks;
        }
        return blocks.stream().flatMap(block -> block.halves().stream()).toList();
    }

    /** Returns f and g, over this block's weights; an inverted activation saves nothing there. */
    List<HalfBlock> halves() {
        return List.of(f, g);
    }

    /** Returns h(x) of new tokens, using and extending a key/value cache. */
    NDArray decodeStep(ParameterStore store, NDArray x, KeyValueCache.Layer past) {
        return branch(store, x, null, past, false);
    }

    /**
     * The plain twin of a fused part, in evaluation: dropout aside, the same function of the same inputs.
     *
     * @param mask the rows' part of the mask, or null
     * @param rows those of the output that a part with attention computes
     */
    NDArray plain(
            BranchScript.Part part,
            ParameterStore store,
            NDArray mask,
            Heads.Rows rows,
            NDArray... inputs) {
        SplitBranch.Pieces pieces = plain(store, mask, false);
        return switch (part) {
            case WHOLE -> {
                NDArray attended = attended(store, inputs[0], mask, rows);
                NDArray x = rows.of(inputs[0], 1);
                yield attended.add(g.branch(store, x.add(attended), null, null, null, false));
            }
            case ATTENTION -> attended(store, inputs[0], mask, rows);
            case MLP -> g.branch(store, inputs[0], null, null, null, false);
            case HIDDEN -> pieces.hidden().apply(inputs[0]);
            case PROJECTION -> pieces.project().apply(inputs[0], inputs[1]);
            case CROSS -> throw new IllegalArgumentException("no part of this block: " + part);
        };
    }

    private NDArray attended(ParameterStore store, NDArray x, NDArray mask, Heads.Rows rows) {
        return attention.attend(store, run(ln1, store, x, false), mask, rows);
    }

    /** The branch cut at its activation. */
    private SplitBranch.Pieces plain(ParameterStore store, NDArray mask, boolean training) {
        return new SplitBranch.Pieces(
                x -> f.branch(store, x, null, mask, null, training),
                a -> Scoped.result(() -> mlp.hidden(store, run(ln2, store, a, training), training)),
                (y, attended) -> Scoped.result(() -> attended.add(mlp.project(store, y, training))),
                training ? fused.dropout() : 0);
    }

    /** An initialiser for the two projections that add to the residual. */
    void setResidualInitializer(Initializer initializer) {
        attention.residual().setInitializer(initializer, Parameter.Type.WEIGHT);
        mlp.residual().setInitializer(initializer, Parameter.Type.WEIGHT);
    }
}
