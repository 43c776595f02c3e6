package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Kernels;
import org.bdia.reversible.TorchScript;

/** A branch and its parts as compiled functions, each made when it is first needed: with and without mask and dropout. */
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

    /** Whether this input is one for fused kernels. */
    boolean takes(NDArray x) {
        return execution.kernels() == Kernels.FUSED && x.getDataType() == DataType.FLOAT32;
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
        NDManager owner = arguments.get(inputs.length).getManager();
        if (mask != null) {
            arguments.add(mask);
        }
        float rate = training ? dropout : 0;
        TorchScript script =
                scripts.computeIfAbsent(
                        part + " " + (mask != null) + " " + rate,
                        key ->
                                BranchScript.of(
                                        part,
                                        options,
                                        execution.precision(),
                                        inputs[0].getDevice(),
                                        mask != null,
                                        rate));
        return script.call(owner, arguments.toArray(NDArray[]::new));
    }
}
