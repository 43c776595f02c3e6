package org.bdia.reversible;

import ai.djl.nn.Block;

/**
 * A branch that knows whether it draws random numbers. The engine has one generator, so that stacks on several threads take
 * turns in running branches that draw; a branch of which nothing is known may draw.
 */
public interface DrawingBranch extends Block {

    /** Returns whether the branch draws from the engine's generator in training. */
    boolean draws();
}
