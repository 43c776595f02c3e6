package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.bdia.config.Method;
import org.bdia.io.SplitMix64;

/**
 * The draws of γ: one for every sample and block, or for every block alone, as a pure function of (seed, step, layer,
 * sample).
 */
final class Gamma {

    /** The id under which a batch draws where its samples share a draw; no sample has it. */
    private static final long WHOLE_BATCH = -1;

    private Gamma() {}

    /**
     * The draws of one block.
     *
     * @return B values, or null if the method has no γ
     */
    static float[] of(Method method, StepKey draw, int layer) {
        return method.gamma() == 0
                ? null
                : draw(method.gamma(), method.law(), method.per(), draw, layer);
    }

    /**
     * The draws of one block.
     *
     * @param magnitude |γ|
     * @param draw the training step's draw, batch B
     * @param layer the block's index k
     * @return B values in [−magnitude, magnitude]
     */
    static float[] draw(double magnitude, Method.Law law, Method.Per per, StepKey draw, int layer) {
        long stream = SplitMix64.mix(SplitMix64.mix(draw.seed(), draw.step()), layer);
        long[] ids = draw.sampleIds();
        float[] gamma = new float[ids.length];
        for (int i = 0; i < ids.length; i++) {
            long id = per == Method.Per.BATCH ? WHOLE_BATCH : ids[i];
            gamma[i] =
                    law == Method.Law.SIGNS
                            ? (float) (SplitMix64.mix(stream, id) < 0 ? -magnitude : magnitude)
                            : (float) (magnitude * (2 * SplitMix64.unit(stream, id) - 1));
        }
        return gamma;
    }

    /** The draw as an array that broadcasts over a state: (B, 1, …, 1) with the state's rank. */
    static NDArray broadcast(NDManager manager, float[] gamma, int rank, DataType type) {
        long[] shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[0] = gamma.length;
        NDArray array = manager.create(gamma, new Shape(shape));
        return type == DataType.FLOAT32 ? array : array.toType(type, false);
    }
}
