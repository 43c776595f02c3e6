package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import java.util.Map;

/**
 * Takes a block's gradients as soon as they are complete in the backward pass, so that the gradients of all blocks need not be
 * alive at once.
 */
public interface BlockUpdates {

    /** Takes nothing: every gradient is added to what its parameter holds. */
    BlockUpdates NONE =
            new BlockUpdates() {
                @Override
                public boolean takes(Parameter parameter) {
                    return false;
                }

                @Override
                public void update(Map<Parameter, NDArray> gradients) {
                    throw new IllegalStateException("no gradient is taken");
                }
            };

    /**
     * Returns whether a parameter's gradient is taken when its block is complete; the parameter itself then gets none.
     *
     * @param parameter of one branch of the stack; those that several of its branches have are not asked for
     */
    boolean takes(Parameter parameter);

    /**
     * Called once a block, the last block first, when nothing in the pass needs the block's parameters any longer: they may be
     * changed in place.
     *
     * @param gradients of the block's parameters that are taken; alive during the call
     */
    void update(Map<Parameter, NDArray> gradients);
}
