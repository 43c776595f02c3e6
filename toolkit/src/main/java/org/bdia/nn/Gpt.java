package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Draw;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Method;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.Scoped;

/**
 * GPT-2 whose blocks form one {@link ReversibleStack}: token ids (B, T) → scores of the next token (B, T, V). Pre-norm
 * blocks with causal attention, learned positions, a head tied to the token embedding.
 *
 * <p>An ordinary DJL block: {@code forward} without training is inference for every method, and with training it is the
 * plain transformer that DJL's own trainer differentiates, which only {@link Method#standard()} allows. {@link
 * #differentiate} is the way to train the other methods. Weights do not depend on the method: of {@link Method#revNet()}'s two
 * streams the head reads the mean, since a head tied to the token embedding has no more than the width D.
 */
public final class Gpt extends AbstractBlock implements ReversibleModel {

    private static final int EMBEDDING_LAYER = -1;

    private final GptConfig config;
    private final TokenEmbedding embedding;
    private final List<TransformerBlock> blocks = new ArrayList<>();
    private final LayerNorm norm;
    private final KernelSelector kernels = new KernelSelector();
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
        this.config = config;
        float dropout = (float) config.dropout();
        embedding =
                addChildBlock(
                        "embedding",
                        new TokenEmbedding(
                                config.vocabulary(), config.context(), config.width(), dropout));
        for (int k = 0; k < config.depth(); k++) {
            TransformerBlock block =
                    new TransformerBlock(
                            config.width(),
                            config.heads(),
                            config.mlp(),
                            Attention.Pattern.CAUSAL,
                            config.activation(),
                            dropout,
                            execution,
                            kernels);
            blocks.add(addChildBlock("block", block));
        }
        norm = addChildBlock("norm", LayerNorm.builder().axis(2).build());
        setInitializer(new NormalInitializer(0.02f), Parameter.Type.WEIGHT);
        // GPT-2's: the sum of 2K projections into the residual keeps its variance.
        float residual = (float) (0.02 / Math.sqrt(2.0 * config.depth()));
        blocks.forEach(block -> block.setResidualInitializer(new NormalInitializer(residual)));
        stack =
                ReversibleStack.of(TransformerBlock.branches(blocks, method), method, execution)
                        .withDropPath(config.dropPath());
    }

    /** Draws the weights as a function of the seed: normal(0.02), projections into the residual 1/√(2K) of that. */
    public void initialize(NDManager manager, long seed) {
        EngineSeed.draw(seed, () -> initialize(manager, DataType.FLOAT32, new Shape(1, 1)));
    }

    /** The sizes. */
    public GptConfig config() {
        return config;
    }

    /** The stack of blocks. */
    public ReversibleStack stack() {
        return stack;
    }

    /** Another stack over the same blocks and weights, for example to compare methods. */
    public ReversibleStack stack(Method method, Backprop backprop) {
        return ReversibleStack.of(TransformerBlock.branches(blocks, method), method, backprop)
                .withDropPath(config.dropPath());
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
    public KernelSelector kernels() {
        return kernels;
    }

    @Override
    public NDArray predict(NDList inputs) {
        return predict(inputs, 0);
    }

    @Override
    public NDArray predict(NDList inputs, double gamma) {
        NDArray ids = inputs.singletonOrThrow();
        ParameterStore store = store(ids);
        return Autograd.unrecorded(
                () ->
                        Scoped.result(
                                () ->
                                        head(
                                                store,
                                                stack.infer(embed(ids), new NDList(), gamma),
                                                false)));
    }

    @Override
    public float differentiate(NDList inputs, UnaryOperator<NDArray> loss, Draw draw) {
        NDArray ids = inputs.singletonOrThrow();
        ParameterStore store = store(ids);
        return StackTraining.differentiate(
                () ->
                        Autograd.seeded(
                                draw, EMBEDDING_LAYER, () -> embedding.embed(store, ids, 0, true)),
                stack,
                state -> loss.apply(head(store, state, true)),
                draw);
    }

    /**
     * The scores of the token that follows tokens whose predecessors' keys and values are kept; theirs are added.
     *
     * @param ids (B, T), int64, at positions from, from + 1, …
     * @return (B, 1, V)
     */
    NDArray following(NDArray ids, int from, KeyValueCache past) {
        ParameterStore store = store(ids);
        return Autograd.unrecorded(
                () ->
                        Scoped.result(
                                () -> {
                                    NDArray last =
                                            stack.infer(
                                                    embedding.embed(store, ids, from, false),
                                                    (k, state) -> following(store, k, state, past));
                                    return head(store, last.get(":, -1:"), false);
                                }));
    }

    private NDArray following(ParameterStore store, int k, NDArray state, KeyValueCache past) {
        if (stack.streams() == 1) {
            return blocks.get(k).following(store, state, past.layer(k));
        }
        int block = k / 2;
        return blocks.get(block).halves().get(k % 2).following(store, state, past.layer(block));
    }

    /** (B, T, D), or (B, T, 2D) of two streams → (B, T, V). */
    private NDArray head(ParameterStore store, NDArray state, boolean training) {
        return Scoped.result(
                () -> {
                    NDList normed = norm.forward(store, new NDList(merged(state)), training);
                    return embedding.scores(store, normed.singletonOrThrow(), training);
                });
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
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        if (!training) {
            return new NDList(predict(inputs));
        }
        Checks.trainableByDjl(stack.method(), config);
        NDArray x = embedding.embed(store, inputs.singletonOrThrow(), 0, true);
        for (TransformerBlock block : blocks) {
            x = x.add(block.forward(store, new NDList(x), true).singletonOrThrow());
        }
        return new NDList(head(store, x, true));
    }

    private static ParameterStore store(NDArray like) {
        return new ParameterStore(like.getManager(), false);
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
