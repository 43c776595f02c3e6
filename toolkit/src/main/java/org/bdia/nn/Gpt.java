package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.reversible.ReversibleStack;
import org.bdia.torch.Autograd;

/**
 * GPT-2 whose blocks form one {@link ReversibleStack}: token ids (B, T) → logits of the next token (B, T, V). Pre-norm
 * blocks with causal attention, learned positions, a head tied to the token embedding.
 *
 * <p>An ordinary DJL block: {@code forward} without training is inference for every method, and with training it is the
 * plain transformer that DJL's own trainer differentiates, which only {@link Method#standard()} allows. {@link
 * #differentiate} is the way to train the other methods. Weights do not depend on the method: of {@link Method#revNet()}'s two
 * streams the head reads the mean, since a head tied to the token embedding has no more than the width D.
 */
public final class Gpt extends StagedModel {

    private static final int EMBEDDING_LAYER = -1;

    private final GptConfig config;
    private final TokenEmbedding embedding;
    private final List<TransformerBlock> blocks;
    private final LayerNorm norm;
    private final ReversibleStack stack;

    /** The model run by {@link Execution#of}, see {@link #Gpt(GptConfig, Method, Execution)}. */
    public Gpt(GptConfig config, Method method, Backprop backprop) {
        this(config, method, Execution.of(backprop));
    }

    /**
     * The model of a configuration, without weights.
     *
     * @param execution how its stack is run
     * @throws IllegalArgumentException if the method cannot be differentiated this way
     */
    public Gpt(GptConfig config, Method method, Execution execution) {
        config.requireBuildable();
        this.config = config;
        embedding = addEmbedding("embedding", config.vocabulary(), config.context(), config);
        blocks = addBlocks("block", config.depth(), Attention.Pattern.CAUSAL, config, execution);
        norm = addChildBlock("norm", LayerNorm.builder().axis(2).build());
        setInitializer(new NormalInitializer(0.02f), Parameter.Type.WEIGHT);
        // GPT-2's: the sum of 2K projections into the residual keeps its variance.
        float residual = (float) (0.02 / Math.sqrt(2.0 * config.depth()));
        blocks.forEach(block -> block.setResidualInitializer(new NormalInitializer(residual)));
        stack =
                ReversibleStack.of(TransformerBlock.branches(blocks, method), method, execution)
                        .withDropPath(config.dropPath());
    }

    /** Returns the architecture. */
    public GptConfig config() {
        return config;
    }

    /** The stack of blocks. */
    public ReversibleStack stack() {
        return stack;
    }

    /**
     * The state before the first block, as evaluation computes it.
     *
     * @param ids (B, T), int64
     * @return (B, T, D), owned by the caller
     * @throws IllegalArgumentException if an id is out of range, or there are more tokens than the context
     */
    public NDArray embed(NDArray ids) {
        return Autograd.unrecorded(() -> embedding.embed(store(ids), ids, 0, false));
    }

    @Override
    Stage forward(Pass pass, ParameterStore store, NDList inputs) {
        return stage(pass, store, inputs.singletonOrThrow(), 0);
    }

    /** Token and position embedding → blocks → LayerNorm and tied head, of ids at positions from, from + 1, …. */
    private Stage stage(Pass pass, ParameterStore store, NDArray ids, int from) {
        boolean training = pass.training();
        return new Stage(
                () ->
                        pass.embedding(
                                EMBEDDING_LAYER, () -> embedding.embed(store, ids, from, training)),
                stack,
                blocks,
                new NDList(),
                new TokenHead(state -> norm(store, state, training), embedding, store, training));
    }

    /**
     * Returns the next token's logits, using and extending a key/value cache.
     *
     * @param ids (B, T), int64, at positions from, from + 1, …
     * @return (B, 1, V)
     */
    NDArray decodeStep(NDArray ids, int from, KeyValueCache past) {
        ParameterStore store = store(ids);
        var pass = Pass.Inference.cached((k, state) -> decodeStep(store, k, state, past));
        return pass.output(stage(pass, store, ids, from).ofLastToken());
    }

    private NDArray decodeStep(ParameterStore store, int k, NDArray state, KeyValueCache past) {
        if (stack.streams() == 1) {
            return blocks.get(k).decodeStep(store, state, past.layer(k));
        }
        int block = k / 2;
        return blocks.get(block).halves().get(k % 2).decodeStep(store, state, past.layer(block));
    }

    /** (B, T, D), or (B, T, 2D) of two streams → (B, T, D). */
    private NDArray norm(ParameterStore store, NDArray state, boolean training) {
        return norm.forward(store, new NDList(merged(state)), training).singletonOrThrow();
    }

    /** The mean of the streams, (B, T, D). */
    private NDArray merged(NDArray state) {
        if (stack.streams() == 1) {
            return state;
        }
        Shape shape = state.getShape();
        return state.reshape(shape.get(0), shape.get(1), 2, config.width()).mean(new int[] {2});
    }

    @Override
    Shape[] initialShapes() {
        return new Shape[] {new Shape(1, 1)};
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        embedding.initialize(manager, type, inputShapes);
        Shape state = new Shape(1, config.context(), config.width());
        for (TransformerBlock block : blocks) {
            block.initialize(manager, type, state);
        }
        norm.initialize(manager, type, state);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {inputShapes[0].add(config.vocabulary())};
    }
}
