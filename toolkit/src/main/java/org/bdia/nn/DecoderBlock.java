package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bdia.activation.SplitBranch;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Precision;
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
public final class DecoderBlock extends SequenceBlock implements RecordingBranch, DrawingBranch {

    private final LayerNorm ln1;
    private final Attention attention;
    private final LayerNorm ln2;
    private final CrossAttention cross;
    private final LayerNorm ln3;
    private final Mlp mlp;
    private final HalfBlock f;
    private final HalfBlock c;
    private final HalfBlock g;
    private final FusedBranch fused;
    private final SplitBranch split;

    /**
     * A block in float32.
     *
     * @see #DecoderBlock(int, int, int, ActivationConfig, float, Execution, KernelSelector)
     */
    public DecoderBlock(int width, int heads, int mlp, ActivationConfig activation, float dropout) {
        this(
                width,
                heads,
                mlp,
                activation,
                dropout,
                Execution.of(Backprop.STORE),
                new KernelSelector());
    }

    /**
     * A block, in float32 by plain kernels, in bfloat16 by a fused one for each of f, c and g.
     *
     * @param width D, a multiple of heads
     * @param heads attention heads
     * @param mlp the hidden width of the MLP
     * @param activation the MLP's activation
     * @param dropout the rate inside the branch, 0 ≤ dropout &lt; 1
     * @param execution whose precision is used
     * @param selector the model's
     * @throws IllegalArgumentException if a size or the dropout is out of range
     */
    public DecoderBlock(
            int width,
            int heads,
            int mlp,
            ActivationConfig activation,
            float dropout,
            Execution execution,
            KernelSelector selector) {
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
        Function<Attention.Pattern, FusedBranch> kernels =
                pattern ->
                        execution.precision() == Precision.FLOAT32
                                ? null
                                : new FusedBranch(
                                        new BranchScript.Options(
                                                width, heads, mlp, pattern, activation),
                                        dropout,
                                        execution,
                                        selector,
                                        BranchScript::of);
        fused = kernels.apply(Attention.Pattern.FULL);
        f = new HalfBlock(ln1, attention, kernels.apply(Attention.Pattern.CAUSAL));
        c = new HalfBlock(ln2, cross, fused);
        g = new HalfBlock(ln3, this.mlp, fused);
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        NDArray x = inputs.get(0);
        NDList context = inputs.subNDList(1);
        return split.recordsItself()
                ? Scoped.result(() -> split.run(pieces(store, x, context, training), x))
                : branch(store, x, context, null, null, training);
    }

    /**
     * Returns h(x, memory) of new tokens, in float32, using and extending a key/value cache.
     *
     * @param memoryCache the memory's keys and values, computed the first time
     */
    NDArray decodeStep(
            ParameterStore store,
            NDArray x,
            NDList memory,
            KeyValueCache.Layer past,
            KeyValueCache.Layer memoryCache) {
        return branch(store, x, memory, past, memoryCache, false);
    }

    private NDArray branch(
            ParameterStore store,
            NDArray x,
            NDList context,
            KeyValueCache.Layer past,
            KeyValueCache.Layer memoryCache,
            boolean training) {
        return Scoped.result(
                () -> {
                    NDArray attended = attended(store, x, context, past, memoryCache, training);
                    return attended.add(
                            g.value(store, x.add(attended), null, null, past, training));
                });
    }

    /** f + c. */
    private NDArray attended(
            ParameterStore store,
            NDArray x,
            NDList context,
            KeyValueCache.Layer past,
            KeyValueCache.Layer memoryCache,
            boolean training) {
        NDArray memory = context.get(0);
        NDArray mask = context.size() > 1 ? context.get(1) : null;
        return Scoped.result(
                () -> {
                    NDArray self = f.value(store, x, null, null, past, training);
                    return self.add(
                            c.value(store, x.add(self), memory, mask, memoryCache, training));
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
        return split.record(pieces(store, leaf, context, true), leaf, residual);
    }

    /** The branch cut at its activation. */
    private SplitBranch.Pieces pieces(
            ParameterStore store, NDArray like, NDList context, boolean training) {
        UnaryOperator<NDArray> attend = x -> attended(store, x, context, null, null, training);
        float dropout = training ? mlp.dropout() : 0;
        if (fused != null
                && fused.takes(BranchScript.Part.HIDDEN, null, training, like)
                && fused.takes(BranchScript.Part.PROJECTION, null, training, like)) {
            return new SplitBranch.Pieces(
                    attend,
                    a -> fused(BranchScript.Part.HIDDEN, store, training, a),
                    (y, attended) ->
                            fused(BranchScript.Part.PROJECTION, store, training, y, attended),
                    dropout);
        }
        return new SplitBranch.Pieces(
                attend,
                a -> Scoped.result(() -> mlp.hidden(store, run(ln3, store, a, training), training)),
                (y, attended) -> Scoped.result(() -> attended.add(mlp.project(store, y, training))),
                dropout);
    }

    private NDArray fused(
            BranchScript.Part part, ParameterStore store, boolean training, NDArray... inputs) {
        List<Parameter> parameters = part.of(g.getParameters().values());
        return fused.call(part, store, parameters, null, training, inputs);
    }
}
