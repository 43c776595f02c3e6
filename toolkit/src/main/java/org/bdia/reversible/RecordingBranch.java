package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/**
 * A branch that may record its graph in pieces and join them by hand, for example to keep less than autograd would, or to have a
 * derivative that autograd does not know. Its values must be those of its {@link Block#forward}, bit for bit.
 */
public interface RecordingBranch extends Block {

    /** Whether {@link #record} is to be called; else the whole branch is left to autograd. */
    boolean recordsItself();

    /**
     * The graph of the branch in training; called with gradients recorded. All arrays that it holds are to be registered with the
     * scope that is innermost at the call.
     *
     * @param leaf x, (B, T, D), whose gradient the graph's backward pass adds to
     * @param context what the branch gets after its state
     * @param residual whether the output is to be x + h(x) rather than h(x)
     */
    BranchGraph record(ParameterStore store, NDArray leaf, NDList context, boolean residual);
}
