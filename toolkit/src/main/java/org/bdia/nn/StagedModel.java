package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.reversible.BlockUpdates;
import org.bdia.reversible.StateVisitor;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Base of the models: their one {@link #forward(Pass, ParameterStore, NDList) forward pass} predicts, is differentiated by
 * reversal, or is handed to DJL's own trainer, which only {@link Method#standard()} allows.
 */
abstract sealed class StagedModel extends AbstractBlock implements ReversibleModel
        permits VisionTransformer, Gpt, Seq2Seq, StackModel {

    /** No block's index, and no other layer's. */
    private static final int WEIGHTS = Integer.MIN_VALUE;

    private final KernelSelector kernels = new KernelSelector();

    /**
     * The forward pass: runs all stages but the last, and returns the last.
     *
     * @param inputs as {@link #forward(ParameterStore, NDList, boolean)} takes them
     */
    abstract Stage forward(Pass pass, ParameterStore store, NDList inputs);

    /** Adds the embedding of a vocabulary. */
    final TokenEmbedding addEmbedding(
            String name, int vocabulary, int context, ModelConfig config) {
        float dropout = (float) config.dropout();
        return addChildBlock(
                name, new TokenEmbedding(vocabulary, context, config.width(), dropout));
    }

    /** Adds the blocks of a stack. */
    final List<TransformerBlock> addBlocks(
            String name,
            int depth,
            Attention.Pattern pattern,
            ModelConfig config,
            Execution execution) {
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int k = 0; k < depth; k++) {
            TransformerBlock block =
                    new TransformerBlock(
                            config.width(),
                            config.heads(),
                            config.mlp(),
                            pattern,
                            config.activation(),
                            (float) config.dropout(),
                            execution,
                            kernels());
            blocks.add(addChildBlock(name, block));
        }
        return blocks;
    }

    /** Returns shapes of inputs to initialise with. */
    abstract Shape[] initialShapes();

    @Override
    public final void initialize(NDManager manager, long seed) {
        // The engine's generator has 32 bits; 0 … 2³¹ − 1 are taken as they are.
        int engineSeed =
                seed >>> 31 == 0
                        ? (int) seed
                        : new StepKey(seed, 0, new long[] {0}).engineSeed(WEIGHTS);
        Autograd.seeded(
                engineSeed,
                () -> {
                    initialize(manager, DataType.FLOAT32, initialShapes());
                    return null;
                });
    }

    @Override
    public final KernelSelector kernels() {
        return kernels;
    }

    @Override
    public final NDArray predict(NDList inputs, double gamma) {
        return predict(inputs, Pass.Inference.at(gamma));
    }

    @Override
    public final NDArray predict(NDList inputs, StepKey draw, StateVisitor visitor) {
        return predict(inputs, Pass.Inference.drawn(draw, visitor));
    }

    private NDArray predict(NDList inputs, Pass pass) {
        return Autograd.unrecorded(
                () ->
                        Scoped.result(
                                () -> pass.output(forward(pass, store(inputs.get(0)), inputs))));
    }

    @Override
    public final float differentiate(
            NDList inputs, UnaryOperator<NDArray> loss, StepKey draw, BlockUpdates updates) {
        var pass = new TrainingPass(draw, updates);
        return pass.differentiate(
                () -> forward(pass, store(inputs.get(0)), inputs), TrainingPass.whole(loss));
    }

    @Override
    public final float differentiate(
            NDList inputs, SlicedLoss loss, StepKey draw, BlockUpdates updates) {
        var pass = new TrainingPass(draw, updates);
        return pass.differentiate(
                () -> forward(pass, store(inputs.get(0)), inputs),
                (last, leaf) -> last.tokens(this).differentiate(leaf, loss));
    }

    @Override
    public final double loss(NDList inputs, double gamma, SlicedLoss loss) {
        var pass = Pass.Inference.at(gamma);
        return Autograd.unrecorded(
                () -> {
                    try (NDScope scope = new NDScope()) {
                        Stage last = forward(pass, store(inputs.get(0)), inputs);
                        return last.tokens(this).loss(pass.state(last), loss);
                    }
                });
    }

    @Override
    protected final NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        if (!training) {
            return new NDList(predict(inputs));
        }
        var pass = new Pass.Plain(store);
        return new NDList(pass.output(forward(pass, store, inputs)));
    }

    /** Returns a store of the parameters themselves. */
    static ParameterStore store(NDArray like) {
        return new ParameterStore(like.getManager(), false);
    }
}
