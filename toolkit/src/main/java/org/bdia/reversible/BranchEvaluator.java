package org.bdia.reversible;

import ai.djl.ndarray.NDArray;

/** Computes a residual branch in evaluation, without dropout. */
@FunctionalInterface
public interface BranchEvaluator {

    /**
     * h<sub>k</sub>(x<sub>k</sub>).
     *
     * @param block the index k
     * @param state x<sub>k</sub>, (B, T, D)
     * @return the branch without the skip, of the state's shape and type
     */
    NDArray evaluate(int block, NDArray state);
}
