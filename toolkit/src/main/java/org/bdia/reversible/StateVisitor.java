package org.bdia.reversible;

import ai.djl.ndarray.NDArray;

/** Sees states as they are made or rebuilt. */
@FunctionalInterface
public interface StateVisitor {

    /**
     * Called once per state.
     *
     * @param index the index k of x<sub>k</sub>
     * @param state the state, valid during the call only, since its memory is overwritten by a later state: duplicate what is to be kept
     */
    void visit(int index, NDArray state);
}
