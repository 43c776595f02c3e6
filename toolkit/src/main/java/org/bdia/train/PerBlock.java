package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.nn.Parameter;
import java.util.Map;
import org.bdia.config.ClipBy;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.reversible.BlockUpdates;

/** {@link Update#PER_BLOCK}. */
final class PerBlock implements StepUpdate, BlockUpdates {

    private final TrainConfig config;
    private final Optimizer optimizer;
    private double learningRate;
    private double squares;
    private double norm;

    PerBlock(TrainConfig config, Optimizer optimizer, double norm) {
        this.config = config;
        this.optimizer = optimizer;
        this.norm = norm;
    }

    @Override
    public String consequence() {
        return "; later blocks have been updated already, so that the weights are those of no step";
    }

    @Override
    public BlockUpdates begin(double rate) {
        learningRate = rate;
        squares = 0;
        optimizer.begin();
        return this;
    }

    @Override
    public boolean takes(Parameter parameter) {
        return optimizer.isAlone(parameter);
    }

    @Override
    public void update(Map<Parameter, NDArray> gradients) {
        double own = GlobalNorm.of(gradients.values());
        squares += own * own;
        if (!Double.isFinite(squares)) {
            return; // nothing more is moved, and end() tells
        }
        double scale = scale(own);
        if (scale < 1) {
            gradients.values().forEach(gradient -> gradient.muli(scale));
        }
        gradients.forEach(
                (parameter, gradient) -> optimizer.update(parameter, gradient, learningRate));
    }

    @Override
    public double end(double rate) {
        if (Double.isFinite(squares)) {
            optimizer.requireComplete();
        }
        try (NDScope scope = new NDScope()) {
            update(optimizer.pending());
        }
        optimizer.zeroGradients();
        norm = Math.sqrt(squares);
        return norm;
    }

    private double scale(double own) {
        double bounded = config.clipBy() == ClipBy.BLOCK ? own : norm;
        return config.clipNorm() > 0 && bounded > config.clipNorm()
                ? config.clipNorm() / bounded
                : 1;
    }
}
