package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.util.List;

/** The largest difference between the arrays of two kernels. */
public final class KernelDifference {

    private KernelDifference() {}

    /**
     * Returns the largest difference, each array's relative to its largest expected element.
     *
     * @param expected as many as are found and of their shapes; differences are computed in their type
     * @param values the number of arrays before the parameters' gradients. A gradient that is a single number, such as a
     *     temperature's, may be a sum that cancels, and so is compared with the largest of all parameters' gradients
     * @return infinite or no number where an element is no number
     */
    public static double largest(List<NDArray> found, List<NDArray> expected, int values) {
        double gradients = 0;
        for (NDArray array : expected.subList(values, expected.size())) {
            gradients = Math.max(gradients, largest(array));
        }
        double difference = 0;
        for (int i = 0; i < found.size(); i++) {
            NDArray right = expected.get(i);
            double error = error(found.get(i), right);
            double size = i >= values && right.size() == 1 ? gradients : largest(right);
            difference = Math.max(difference, size > 0 ? error / size : error);
        }
        return difference;
    }

    private static double error(NDArray found, NDArray right) {
        try (NDScope scope = new NDScope()) {
            return largest(found.toType(right.getDataType(), false).sub(right));
        }
    }

    /** The largest absolute value; infinity where a value is not a number. */
    private static double largest(NDArray array) {
        try (NDScope scope = new NDScope()) {
            double value = array.abs().max().toType(DataType.FLOAT64, true).getDouble();
            return Double.isNaN(value) ? Double.POSITIVE_INFINITY : value;
        }
    }
}
