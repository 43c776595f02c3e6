package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import org.bdia.config.OptimizerConfig;
import org.bdia.torch.Scoped;

/**
 * Adam whose step sizes are held together: per parameter tensor ṽ = v·cos²∠(v, 1), w = √(ṽ/(1−β2ᵗ) + ε), and the
 * denominator is w − ½ min(w).
 *
 * @see <a href="https://arxiv.org/abs/2302.01029">Zhang, Niwa, Kleijn, 2023</a>
 */
final class SetAdam extends Optimizer {

    private final OptimizerConfig.SetAdam config;

    SetAdam(OptimizerConfig.SetAdam config, NDManager manager, Block model) {
        super(manager, model);
        this.config = config;
    }

    @Override
    void update(Slot slot, NDArray gradient, double learningRate, long t) {
        moments(slot, gradient, config.beta1(), config.beta2());
        NDArray v = slot.variance();
        NDArray cosine = Scoped.result(() -> cosine(v));
        double correction1 = 1 - Math.pow(config.beta1(), (double) t);
        double correction2 = 1 - Math.pow(config.beta2(), (double) t);
        // w grows with v in floating point, too, so that its least value is that of the least v.
        // An array of one number, since beside a number without axes a constant is no float32.
        NDArray least = v.min().reshape(1);
        NDArray half = root(least, cosine, correction2).muli(0.5);
        Rows.each(
                v.getShape(),
                part -> {
                    NDArray denominator = root(part.apply(v), cosine, correction2).subi(half);
                    NDArray mean = part.apply(slot.mean()).mul(learningRate / correction1);
                    part.apply(slot.weight()).subi(mean.divi(denominator));
                });
    }

    /** w. */
    private NDArray root(NDArray v, NDArray cosine, double correction) {
        return Scoped.result(
                () -> v.mul(cosine).muli(1 / correction).addi(config.epsilon()).sqrt());
    }

    /** cos²∠(v, 1), which is summed in one order and so of all of v at once. */
    private static NDArray cosine(NDArray v) {
        // v scaled to a largest value of 1, so that v² cannot underflow; the angle does not change.
        NDArray unit = v.div(v.max().addi(Float.MIN_NORMAL));
        NDArray square = unit.sum().square();
        return square.divi(unit.muli(unit).sum().muli(v.size()).addi(Float.MIN_NORMAL));
    }
}
