package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import org.bdia.config.OptimizerConfig;

/**
 * w ← w − lr·λ·w − lr·m̂ / (√v̂ + ε), m̂ = m/(1−β1ᵗ), v̂ = v/(1−β2ᵗ); λ on matrices only: on the embeddings of a text's
 * tokens and positions, which are matrices, but not on biases, norms, and an image's positions and class token.
 *
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov, Hutter, 2019</a>
 */
final class AdamW extends Optimizer {

    private final OptimizerConfig.AdamW config;

    AdamW(OptimizerConfig.AdamW config, NDManager manager, Block model) {
        super(manager, model);
        this.config = config;
    }

    @Override
    void update(Slot slot, NDArray gradient, double learningRate, long t) {
        double decay = slot.weight().getShape().dimension() == 2 ? config.weightDecay() : 0;
        double correction1 = 1 - Math.pow(config.beta1(), (double) t);
        double correction2 = 1 - Math.pow(config.beta2(), (double) t);
        moments(slot, gradient, config.beta1(), config.beta2());
        Rows.each(
                slot.weight().getShape(),
                part -> {
                    NDArray weight = part.apply(slot.weight());
                    if (decay > 0) {
                        weight.muli(1 - learningRate * decay);
                    }
                    NDArray variance = part.apply(slot.variance());
                    NDArray mean = part.apply(slot.mean());
                    NDArray denominator =
                            variance.mul(1 / correction2).sqrt().addi(config.epsilon());
                    weight.subi(mean.mul(learningRate / correction1).divi(denominator));
                });
    }
}
