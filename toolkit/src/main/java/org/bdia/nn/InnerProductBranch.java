package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Precision;
import org.bdia.nn.BranchScript.Dropping;
import org.bdia.nn.BranchScript.Part;
import org.bdia.reversible.BranchGraph;
import org.bdia.torch.Autograd;
import org.bdia.torch.Products;
import org.bdia.torch.Scoped;

/**
 * A block's branch by {@link Products#INNER}, in every mode but DJL's own autograd, so that all ways of differentiating agree bit
 * for bit.
 */
final class InnerProductBranch {

    private final BranchScript.Options options;
    private final float dropout;
    private final long fewestTokens;
    private final boolean wanted;
    private final KernelSelector selector;
    private final Map<InnerProductScript, InnerProductFunctions> functions = new HashMap<>();

    /** A branch of batches of at least so many tokens, see {@link Products#fewestTokens}. */
    InnerProductBranch(
            BranchScript.Options options,
            float dropout,
            Execution execution,
            KernelSelector selector,
            long fewestTokens) {
        this.options = options;
        this.dropout = dropout;
        this.selector = selector;
        this.fewestTokens = fewestTokens;
        wanted =
                fewestTokens < Long.MAX_VALUE
                        && execution.kernels() == Kernels.FUSED
                        && execution.precision() == Precision.FLOAT32
                        && !options.activation().isInverted();
    }

    /** Returns whether there are shapes that {@link #takes} may be true of. */
    boolean wanted() {
        return wanted;
    }

    /**
     * Returns whether the branch is to be computed by these products.
     *
     * @param x (B, T, D)
     * @param mask added to the scores, or null
     * @param training whether it is a forward or a backward pass of training
     */
    boolean takes(NDArray x, NDArray mask, boolean training) {
        if (!wanted
                || x.getDataType() != DataType.FLOAT32
                || x.getDevice().isGpu()
                || x.getShape().get(0) * x.getShape().get(1) < fewestTokens) {
            return false;
        }
        Dropping dropping = dropping(training);
        var shape =
                KernelShape.of(
                        Part.WHOLE,
                        options,
                        Products.INNER,
                        Precision.FLOAT32,
                        new NDArray[] {x},
                        mask == null ? null : Heads.maskShape(mask, scores(x)),
                        dropping.masks(),
                        training);
        return selector.allows(
                shape,
                s -> KernelCheck.difference(s, functions(mask != null, dropping.withoutChance())));
    }

    private Dropping dropping(boolean training) {
        return training ? Dropping.of(dropout) : Dropping.NONE;
    }

    private Shape scores(NDArray x) {
        Shape state = x.getShape();
        return new Shape(state.get(0), options.heads(), state.get(1), state.get(1));
    }

    /** Returns h(x), with nothing recorded. */
    NDArray value(NDArray x, List<NDArray> parameters, NDArray mask, boolean training) {
        return Scoped.result(
                () ->
                        functions(mask != null, dropping(training))
                                .value(List.of(x), parameters, scoresMask(x, mask)));
    }

    /**
     * Returns the graph of h(x), or of x + h(x), in training.
     *
     * @param leaf x
     */
    BranchGraph record(NDArray leaf, List<NDArray> parameters, NDArray mask, boolean residual) {
        // An array of the graph's own, since slices of a context do not outlive the forward pass.
        NDArray added =
                mask == null
                        ? null
                        : Autograd.recorded(
                                () -> mask.reshape(Heads.maskShape(mask, scores(leaf))));
        return functions(mask != null, dropping(true)).graph(leaf, parameters, added, residual);
    }

    private NDArray scoresMask(NDArray x, NDArray mask) {
        return mask == null ? null : Heads.mask(mask, scores(x));
    }

    private InnerProductFunctions functions(boolean masked, Dropping dropping) {
        return functions.computeIfAbsent(
                new InnerProductScript(options, masked, dropping), InnerProductFunctions::new);
    }
}
