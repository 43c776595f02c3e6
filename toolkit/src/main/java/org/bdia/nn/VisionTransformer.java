package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.training.initializer.XavierInitializer;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.VitConfig;
import org.bdia.config.VitConfig.Pooling;
import org.bdia.reversible.ReversibleStack;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * A vision transformer whose blocks form one {@link ReversibleStack}: images (B, 3, S, S) → class scores (B, C).
 *
 * <p>An ordinary DJL block: {@code forward} without training is inference for every method, and with training it
 * is the plain transformer that DJL's own trainer differentiates, which only {@link Method#standard()} allows.
 * {@link #differentiate} is the way to train the other methods. Weights do not depend on the method, but for the head of {@link Method#revNet()}:
 * it reads both streams, LayerNorm(2D), as RevViT's does.
 */
public final class VisionTransformer extends StagedModel {

    private static final int EMBEDDING_LAYER = -1;

    private final VitConfig config;
    private final PatchEmbedding embedding;
    private final List<TransformerBlock> blocks;
    private final LayerNorm norm;
    private final Linear head;
    private final ReversibleStack stack;

    /** The model run by {@link Execution#of}, see {@link #VisionTransformer(VitConfig, Method, Execution)}. */
    public VisionTransformer(VitConfig config, Method method, Backprop backprop) {
        this(config, method, Execution.of(backprop));
    }

    /**
     * The model of a configuration, without weights.
     *
     * @param execution how its stack is run
     * @throws IllegalArgumentException if the method cannot be differentiated this way
     */
    public VisionTransformer(VitConfig config, Method method, Execution execution) {
        config.requireBuildable();
        this.config = config;
        embedding = addChildBlock("embedding", new PatchEmbedding(config));
        Attention.Pattern pattern =
                config.localityAttention() ? Attention.Pattern.LOCALITY : Attention.Pattern.FULL;
        blocks = addBlocks("block", config.depth(), pattern, config, execution);
        norm = addChildBlock("norm", LayerNorm.builder().axis(1).build());
        head = addChildBlock("head", Linear.builder().setUnits(config.classes()).build());
        setInitializer(new XavierInitializer(), Parameter.Type.WEIGHT);
        // Small, so that training begins at the loss of a uniform guess, log C.
        head.setInitializer(new NormalInitializer(0.02f), Parameter.Type.WEIGHT);
        stack =
                ReversibleStack.of(TransformerBlock.branches(blocks, method), method, execution)
                        .withDropPath(config.dropPath());
    }

    /** Returns the architecture. */
    public VitConfig config() {
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
     * @param images (B, 3, S, S), normalised
     * @return (B, T, D), owned by the caller
     */
    public NDArray embed(NDArray images) {
        return Autograd.unrecorded(() -> embed(store(images), images, false));
    }

    @Override
    Stage forward(Pass pass, ParameterStore store, NDList inputs) {
        NDArray images = inputs.singletonOrThrow();
        boolean training = pass.training();
        return new Stage(
                () -> pass.embedding(EMBEDDING_LAYER, () -> embed(store, images, training)),
                stack,
                blocks,
                new NDList(),
                state -> head(store, state, training));
    }

    private NDArray embed(ParameterStore store, NDArray images, boolean training) {
        return embedding.forward(store, new NDList(images), training).singletonOrThrow();
    }

    /** (B, T, D), or (B, T, 2D) of two streams → (B, C). */
    private NDArray head(ParameterStore store, NDArray state, boolean training) {
        return Scoped.result(
                () -> {
                    NDArray pooled =
                            config.pooling() == Pooling.CLASS_TOKEN
                                    ? state.get(":, 0")
                                    : state.mean(new int[] {1}); // (B, D)
                    NDList normed = norm.forward(store, new NDList(pooled), training);
                    return head.forward(store, normed, training).singletonOrThrow();
                });
    }

    @Override
    Shape[] initialShapes() {
        return new Shape[] {new Shape(1, 3, config.image(), config.image())};
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        embedding.initialize(manager, type, inputShapes);
        Shape state = new Shape(1, config.tokens(), config.width());
        for (TransformerBlock block : blocks) {
            block.initialize(manager, type, state);
        }
        Shape pooled = new Shape(1, (long) stack.streams() * config.width());
        norm.initialize(manager, type, pooled);
        head.initialize(manager, type, pooled);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), config.classes())};
    }
}
