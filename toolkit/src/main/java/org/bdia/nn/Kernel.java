package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.bdia.torch.Autograd;
import org.bdia.torch.TorchScript;

/** A way to compute a branch, or a part of it, from inputs, the parameters that the part needs, and a mask, which may be null. */
interface Kernel {

    /** Returns the value, with nothing recorded. */
    NDArray value(List<NDArray> inputs, List<NDArray> parameters, NDArray mask);

    /**
     * Returns the value, and adds the vector–Jacobian products to the gradients of inputs and parameters, which are leaves.
     *
     * @param gradient ∂L/∂value
     */
    NDArray differentiate(
            List<NDArray> inputs, List<NDArray> parameters, NDArray mask, NDArray gradient);

    /** The kernel of a function that autograd differentiates. */
    static Kernel of(TorchScript script) {
        return new Kernel() {
            @Override
            public NDArray value(List<NDArray> inputs, List<NDArray> parameters, NDArray mask) {
                List<NDArray> arguments = new ArrayList<>(inputs);
                arguments.addAll(parameters);
                if (mask != null) {
                    arguments.add(mask);
                }
                return script.call(arguments.toArray(NDArray[]::new));
            }

            @Override
            public NDArray differentiate(
                    List<NDArray> inputs,
                    List<NDArray> parameters,
                    NDArray mask,
                    NDArray gradient) {
                return Autograd.differentiate(
                        () -> value(inputs, parameters, mask), like -> gradient);
            }
        };
    }
}
