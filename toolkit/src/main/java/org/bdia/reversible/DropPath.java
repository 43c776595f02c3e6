package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import org.bdia.io.SplitMix64;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Stochastic depth: in training a sample skips branch k of K with probability p (k+1)/K, and branches that are not skipped are
 * scaled by the reciprocal of how often that is so.
 *
 * <p>Who skips what is a function of (seed, step, layer, sample), so that a recomputed branch repeats it.
 *
 * @param rate p, the probability at the last branch, 0 ≤ p &lt; 1
 * @see <a href="https://arxiv.org/abs/1603.09382">Huang et al., Deep Networks with Stochastic Depth, 2016</a>
 */
record DropPath(double rate) {

    /** Tells these draws from those of γ, which are of the same seed, step, layer and sample. */
    private static final long STREAM = Long.MIN_VALUE;

    DropPath {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(
                    "dropPath must be at least 0 and below 1, but is " + rate);
        }
    }

    /** The branch as training sees it: h itself at rate 0. */
    NDArray apply(NDArray h, int k, int depth, int layer, StepKey draw) {
        if (rate == 0) {
            return h;
        }
        return h.mul(factors(h, k, depth, layer, draw));
    }

    /** The factors as an array like h, (B, 1, …, 1). */
    NDArray factors(NDArray h, int k, int depth, int layer, StepKey draw) {
        return Autograd.unrecorded(() -> factors(h, factors(k, depth, layer, draw)));
    }

    /** 0 or 1/(1 − p (k+1)/K) for each sample. */
    float[] factors(int k, int depth, int layer, StepKey draw) {
        double skipped = rate * (k + 1) / depth;
        long stream =
                SplitMix64.mix(
                        SplitMix64.mix(SplitMix64.mix(draw.seed(), draw.step()), layer), STREAM);
        long[] ids = draw.sampleIds();
        float[] factors = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            boolean skips = SplitMix64.unit(stream, ids[i]) < skipped;
            factors[i] = skips ? 0 : (float) (1 / (1 - skipped));
        }
        return factors;
    }

    /** A copy in the engine's memory: the graph reads it after Java has let go of the original. */
    private static NDArray factors(NDArray like, float[] values) {
        return Scoped.result(
                () ->
                        Gamma.broadcast(
                                        like.getManager(),
                                        values,
                                        like.getShape().dimension(),
                                        like.getDataType())
                                .duplicate());
    }
}
