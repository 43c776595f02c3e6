package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.nn.ParameterList;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Kernels;
import org.bdia.reversible.TorchScript;

/** A branch as compiled functions, each made when it is first needed: with and without mask and dropout. */
final class FusedBranch {

    private final BranchScript.Options options;
    private final float dropout;
    private final Execution execution;
    private final Map<String, TorchScript> scripts = new HashMap<>();

    FusedBranch(BranchScript.Options options, float dropout, Execution execution) {
        this.options = options;
        this.dropout = dropout;
        this.execution = execution;
    }

    /** The same for a part of the branch. */
    FusedBranch of(BranchScript.Part part) {
        return new FusedBranch(options.of(part), dropout, execution);
    }

    /** Whether this input is one for fused kernels. */
    boolean takes(NDArray x) {
        return execution.kernels() == Kernels.FUSED && x.getDataType() == DataType.FLOAT32;
    }

    /**
     * The branch.
     *
     * @param parameters in the order of the script's arguments
     * @param mask added to the scores, or null
     */
    NDArray call(
            ParameterStore store,
            ParameterList parameters,
            NDArray x,
            NDArray mask,
            boolean training) {
        boolean masked = mask != null && options.part() != BranchScript.Part.MLP;
        List<NDArray> arguments = new ArrayList<>();
        arguments.add(x);
        for (Pair<String, Parameter> entry : parameters) {
            arguments.add(store.getValue(entry.getValue(), x.getDevice(), training));
        }
        if (masked) {
            arguments.add(mask);
        }
        float rate = training ? dropout : 0;
        TorchScript script =
                scripts.computeIfAbsent(
                        masked + " " + rate,
                        key ->
                                BranchScript.of(
                                        options,
                                        execution.precision(),
                                        x.getDevice(),
                                        masked,
                                        rate));
        return script.call(arguments.get(1).getManager(), arguments.toArray(NDArray[]::new));
    }
}
