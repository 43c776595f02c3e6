package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.util.List;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.reversible.ReversibleStack;
import org.bdia.torch.Scoped;

/**
 * A model of a user's own DJL blocks around a {@link ReversibleStack}: inputs → embedding → x<sub>0</sub> → stack → x<sub>K</sub> →
 * head → output. Blocks that have weights already keep them.
 */
public final class StackModel extends StagedModel {

    private static final int EMBEDDING_LAYER = -1;

    private final Shape[] inputs;
    private final Block embedding;
    private final List<Block> branches;
    private final Block head;
    private final ReversibleStack stack;

    /**
     * The model, its blocks without weights until it is initialised.
     *
     * @param embedding from the inputs to x<sub>0</sub>, (B, T, D), with parameters to train. Training computes it twice a step, so that
     *     running statistics do not belong in it
     * @param branches h<sub>0</sub> … h<sub>K−1</sub>, each from (B, T, D) to (B, T, D), without adding its input
     * @param head from x<sub>K</sub>, (B, T, D), or (B, T, 2D) of two streams, to what the loss reads
     * @param inputs the shapes of the inputs, to initialise with; the batch may be 1
     * @throws IllegalArgumentException as {@link ReversibleStack#of(List, Method, Execution)} does, or if the embedding has no
     *     parameters
     */
    public StackModel(
            Block embedding,
            List<? extends Block> branches,
            Block head,
            Method method,
            Execution execution,
            Shape... inputs) {
        if (embedding.getParameters().isEmpty()) {
            throw new IllegalArgumentException(
                    "the embedding has no parameters, so that nothing is left to differentiate at its"
                            + " output; end it with a Linear");
        }
        this.inputs = inputs.clone();
        this.embedding = addChildBlock("embedding", embedding);
        this.branches = List.copyOf(branches);
        this.branches.forEach(branch -> addChildBlock("branch", branch));
        this.head = addChildBlock("head", head);
        stack = ReversibleStack.of(this.branches, method, execution);
    }

    /** Returns the stack of branches. */
    public ReversibleStack stack() {
        return stack;
    }

    @Override
    Stage forward(Pass pass, ParameterStore store, NDList given) {
        boolean training = pass.training();
        return new Stage(
                () ->
                        pass.embedding(
                                EMBEDDING_LAYER, () -> output(embedding, store, given, training)),
                stack,
                branches,
                new NDList(),
                state -> output(head, store, new NDList(state), training));
    }

    private static NDArray output(
            Block block, ParameterStore store, NDList inputs, boolean training) {
        return Scoped.result(() -> block.forward(store, inputs, training).singletonOrThrow());
    }

    @Override
    Shape[] initialShapes() {
        return inputs.clone();
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        embedding.initialize(manager, type, inputShapes);
        Shape state = embedding.getOutputShapes(inputShapes)[0];
        branches.forEach(branch -> branch.initialize(manager, type, state));
        head.initialize(manager, type, last(state));
    }

    /** Returns the shape of x<sub>K</sub>, both streams of two side by side. */
    private Shape last(Shape state) {
        int width = state.dimension() - 1;
        return state.slice(0, width).add(stack.streams() * state.get(width));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return head.getOutputShapes(new Shape[] {last(embedding.getOutputShapes(inputShapes)[0])});
    }
}
