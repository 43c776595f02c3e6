package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.core.Linear;
import ai.djl.training.ParameterStore;
import org.bdia.activation.SplitBranch;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Ranges;
import org.bdia.reversible.BranchGraph;
import org.bdia.reversible.RecordingBranch;
import org.bdia.torch.Scoped;

/**
 * A transformer's feed-forward part, W₂ f(W₁ x), dropout after each step. (B, T, D) → (B, T, D), hidden width M.
 *
 * <p>As a branch of a {@link org.bdia.reversible.ReversibleStack} with an inverted activation it keeps x, f's value and a bit per
 * hidden activation instead of x, f's argument and its value.
 */
public final class Mlp extends SequenceBlock implements RecordingBranch {

    private final float dropout;
    private final SplitBranch split;
    private final Linear fc1;
    private final Linear fc2;

    /**
     * An MLP.
     *
     * @param width D
     * @param hidden M
     * @param activation f
     * @param dropout the rate after f and at the end, 0 ≤ dropout &lt; 1
     * @throws IllegalArgumentException if a size or the dropout is out of range
     */
    public Mlp(int width, int hidden, ActivationConfig activation, float dropout) {
        Ranges.positive("width", width);
        Ranges.positive("mlp", hidden);
        Ranges.dropout(dropout);
        this.dropout = dropout;
        split = new SplitBranch(activation);
        fc1 = addChildBlock("fc1", Linear.builder().setUnits(hidden).build());
        fc2 = addChildBlock("fc2", Linear.builder().setUnits(width).build());
    }

    @Override
    NDArray output(ParameterStore store, NDList inputs, boolean training) {
        NDArray x = inputs.singletonOrThrow();
        return Scoped.result(() -> split.run(pieces(store, training), x));
    }

    @Override
    public boolean recordsItself() {
        return split.recordsItself();
    }

    @Override
    public BranchGraph record(
            ParameterStore store, NDArray leaf, NDList context, boolean residual) {
        return split.record(pieces(store, true), leaf, residual);
    }

    private SplitBranch.Pieces pieces(ParameterStore store, boolean training) {
        return new SplitBranch.Pieces(
                null,
                x -> hidden(store, x, training),
                (y, f) -> project(store, y, training),
                training ? dropout : 0);
    }

    /** W₁ x, (B, T, D) → (B, T, M). */
    NDArray hidden(ParameterStore store, NDArray x, boolean training) {
        return run(fc1, store, x, training);
    }

    /** dropout(W₂ y), (B, T, M) → (B, T, D). */
    NDArray project(ParameterStore store, NDArray y, boolean training) {
        return DropoutMask.apply(run(fc2, store, y, training), dropout, training);
    }

    /** Returns the rate of dropout. */
    float dropout() {
        return dropout;
    }

    /** The projection that adds to the residual, for an initialiser of its own. */
    Block residual() {
        return fc2;
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        fc1.initialize(manager, type, inputShapes);
        fc2.initialize(manager, type, fc1.getOutputShapes(inputShapes));
    }
}
