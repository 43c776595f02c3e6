package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Precision;
import org.bdia.torch.Autograd;
import org.bdia.torch.Products;
import org.bdia.torch.Scoped;
import org.bdia.torch.TorchScript;

/**
 * A branch and its parts as compiled functions, each made when it is first needed, with and without mask and dropout, and
 * used only where {@link KernelSelector} allows it.
 */
final class FusedBranch {

    /** Where functions come from. */
    interface Source {
        TorchScript of(
                BranchScript.Part part,
                BranchScript.Options options,
                Precision precision,
                boolean masked,
                BranchScript.Dropping dropping);
    }

    private record Variant(
            BranchScript.Part part, boolean masked, BranchScript.Dropping dropping) {}

    private final BranchScript.Options options;
    private final float dropout;
    private final Execution execution;
    private final KernelSelector selector;
    private final Source source;
    private final Map<Variant, TorchScript> scripts = new HashMap<>();

    FusedBranch(
            BranchScript.Options options,
            float dropout,
            Execution execution,
            KernelSelector selector,
            Source source) {
        this.options = options;
        this.dropout = dropout;
        this.execution = execution;
        this.selector = selector;
        this.source = source;
    }

    /**
     * Returns whether a part is to be computed by its fused kernel.
     *
     * @param mask added to the scores, or null
     * @param inputs x (B, T, D), a state, and of {@link BranchScript.Part#CROSS} the memory (B, S, D)
     */
    boolean takes(BranchScript.Part part, NDArray mask, boolean training, NDArray... inputs) {
        if (execution.kernels() != Kernels.FUSED || inputs[0].getDataType() != DataType.FLOAT32) {
            return false;
        }
        BranchScript.Dropping dropping = dropping(training);
        var shape =
                KernelShape.of(
                        part,
                        options,
                        Products.LINEAR,
                        execution.precision(),
                        inputs,
                        mask == null ? null : Heads.maskShape(mask, scores(part, inputs)),
                        dropping.masks(),
                        training || Autograd.isRecording());
        return selector.allows(
                shape,
                s ->
                        KernelCheck.difference(
                                s,
                                Kernel.of(script(part, mask != null, dropping.withoutChance()))));
    }

    /** The shape of the scores, (B, H, T, T) or (B, H, T, S). */
    private Shape scores(BranchScript.Part part, NDArray... inputs) {
        Shape state = inputs[0].getShape();
        Shape keys = inputs[part == BranchScript.Part.CROSS ? 1 : 0].getShape();
        return new Shape(state.get(0), options.heads(), state.get(1), keys.get(1));
    }

    private BranchScript.Dropping dropping(boolean training) {
        return training ? BranchScript.Dropping.of(dropout) : BranchScript.Dropping.NONE;
    }

    /** The rate of dropout inside the branch. */
    float dropout() {
        return dropout;
    }

    /**
     * A part of the branch.
     *
     * @param parameters those that the part needs, in the order of the block's
     * @param mask added to the scores, or null; a part without attention takes none
     */
    NDArray call(
            BranchScript.Part part,
            ParameterStore store,
            List<Parameter> parameters,
            NDArray mask,
            boolean training,
            NDArray... inputs) {
        List<NDArray> arguments = new ArrayList<>(List.of(inputs));
        for (Parameter parameter : parameters) {
            arguments.add(store.getValue(parameter, inputs[0].getDevice(), training));
        }
        TorchScript script = script(part, mask != null, dropping(training));
        if (mask == null) {
            return script.call(arguments.toArray(NDArray[]::new));
        }
        return Scoped.result(
                () -> {
                    arguments.add(Heads.mask(mask, scores(part, inputs)));
                    return script.call(arguments.toArray(NDArray[]::new));
                });
    }

    private TorchScript script(
            BranchScript.Part part, boolean masked, BranchScript.Dropping dropping) {
        return scripts.computeIfAbsent(
                new Variant(part, masked, dropping),
                variant -> source.of(part, options, execution.precision(), masked, dropping));
    }
}
