package org.bdia.train;

import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.BlockUpdates;

/** {@link Update#AFTER_BACKWARD}. */
record AfterBackward(TrainConfig config, ReversibleModel model, Optimizer optimizer)
        implements StepUpdate {

    @Override
    public String consequence() {
        return TrainingLoop.UNTOUCHED;
    }

    @Override
    public BlockUpdates begin(double learningRate) {
        return BlockUpdates.NONE;
    }

    @Override
    public double end(double learningRate) {
        double norm = GlobalNorm.clip(model, config.clipNorm());
        if (Double.isFinite(norm)) {
            optimizer.update(learningRate);
            optimizer.zeroGradients();
        }
        return norm;
    }
}
