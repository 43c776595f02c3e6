package org.bdia.train;

import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.BlockUpdates;

/** Uses the gradients of a training step, see {@link Update}. */
sealed interface StepUpdate permits AfterBackward, PerBlock {

    /** Says where a step that fails leaves the weights. */
    String consequence();

    /** Begins a step; returns what its backward pass is told. */
    BlockUpdates begin(double learningRate);

    /**
     * Ends a step, with gradients left zero.
     *
     * @return the norm of all gradients, before any was scaled
     */
    double end(double learningRate);

    /**
     * Returns the update that the configuration selects.
     *
     * @param norm the norm of all gradients of the step before; 0 if there was none
     */
    static StepUpdate of(
            TrainConfig config, ReversibleModel model, Optimizer optimizer, double norm) {
        return config.update() == Update.PER_BLOCK
                ? new PerBlock(config, optimizer, norm)
                : new AfterBackward(config, model, optimizer);
    }
}
