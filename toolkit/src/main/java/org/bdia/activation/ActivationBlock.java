package org.bdia.activation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import org.bdia.config.ActivationConfig;

/** An {@link ActivationConfig} as a DJL block of its own, of any shape: right values and gradients, but no memory saved. */
public final class ActivationBlock extends AbstractBlock {

    private final ActivationKernel kernel;

    /** A block without parameters. */
    public ActivationBlock(ActivationConfig activation) {
        kernel = new ActivationKernel(activation);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        return new NDList(kernel.apply(x));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return inputShapes;
    }
}
