package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.HashMap;
import java.util.Map;
import org.bdia.reversible.Autograd;

/** The weights of a model as named arrays. */
final class Weights {

    private Weights() {}

    /** The model's own arrays under their parameters' names. */
    static NDList of(Block model) {
        NDList weights = new NDList();
        for (Pair<String, Parameter> entry : model.getParameters()) {
            NDArray array = entry.getValue().getArray();
            array.setName(entry.getKey());
            weights.add(array);
        }
        return weights;
    }

    /**
     * Copies values into arrays of the same names, all of them or nothing.
     *
     * @throws IllegalArgumentException if a name is missing or superfluous, or a shape or type differs
     */
    static void copy(NDList from, NDList to, String what) {
        Map<String, NDArray> values = new HashMap<>();
        from.forEach(array -> values.put(array.getName(), array));
        for (NDArray target : to) {
            NDArray value = values.remove(target.getName());
            if (value == null) {
                throw new IllegalArgumentException(
                        "the "
                                + what
                                + " lacks the tensor "
                                + target.getName()
                                + target.getShape()
                                + "; it was saved from another model");
            }
            if (!value.getShape().equals(target.getShape())
                    || value.getDataType() != target.getDataType()) {
                throw new IllegalArgumentException(
                        String.format(
                                "the %s holds the tensor %s as %s%s, but the model's is %s%s; it was"
                                        + " saved from another model",
                                what,
                                target.getName(),
                                value.getDataType(),
                                value.getShape(),
                                target.getDataType(),
                                target.getShape()));
            }
        }
        if (!values.isEmpty()) {
            throw new IllegalArgumentException(
                    "the "
                            + what
                            + " holds tensors that the model has not: "
                            + values.keySet()
                            + "; it was saved from another model");
        }
        from.forEach(array -> values.put(array.getName(), array));
        Autograd.unrecorded(
                () -> {
                    for (NDArray target : to) {
                        try (NDArray value =
                                values.get(target.getName()).toDevice(target.getDevice(), true)) {
                            value.copyTo(target);
                        }
                    }
                    return null;
                });
    }
}
