package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.List;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;

/** Gradients compared array by array. */
public final class Gradients {

    private Gradients() {}

    /** The output, ∂L/∂x and all parameter gradients, where L is 0.005 ‖output‖². */
    public static List<float[]> of(
            ReversibleStack stack, List<? extends Block> blocks, NDArray x, StepKey draw) {
        return of(stack, blocks, x, new NDList(), draw);
    }

    /** The same with a context for every block. */
    static List<float[]> of(
            ReversibleStack stack,
            List<? extends Block> blocks,
            NDArray x,
            NDList context,
            StepKey draw) {
        NDArray y = stack.forward(x, context, draw);
        NDArray dx = stack.backward(y.mul(0.01));
        List<float[]> all = new ArrayList<>(List.of(y.toFloatArray(), dx.toFloatArray()));
        all.addAll(of(blocks));
        return all;
    }

    /** The gradients of all parameters that are trained, block by block. */
    public static List<float[]> of(List<? extends Block> blocks) {
        List<float[]> all = new ArrayList<>();
        for (NDArray weight : trained(blocks)) {
            try (NDArray gradient = weight.getGradient()) {
                all.add(gradient.toFloatArray());
            }
        }
        return all;
    }

    /** Sets them to zero. */
    public static void clear(List<? extends Block> blocks) {
        trained(blocks).forEach(weight -> JniUtils.zeroGrad((PtNDArray) weight));
    }

    private static List<NDArray> trained(List<? extends Block> blocks) {
        return blocks.stream()
                .flatMap(block -> block.getParameters().values().stream())
                .map(Parameter::getArray)
                .filter(NDArray::hasGradient)
                .toList();
    }

    /** The same bits. */
    public static void assertSame(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as("array %d", i).isEqualTo(expected.get(i));
        }
    }

    /**
     * Norms of differences, relative to each array's own, or, for arrays without a gradient but noise (a bias that softmax
     * cancels), to a thousandth of the largest.
     */
    public static void assertClose(List<float[]> found, List<float[]> expected, double bound) {
        assertClose(found, expected, bound, 1e-3);
    }

    /** Norms of differences, relative to the largest array's. */
    public static void assertCloseToLargest(
            List<float[]> found, List<float[]> expected, double bound) {
        assertClose(found, expected, bound, 1);
    }

    private static void assertClose(
            List<float[]> found, List<float[]> expected, double bound, double least) {
        assertThat(found).hasSameSizeAs(expected);
        double largest = expected.stream().mapToDouble(Gradients::norm).max().orElse(0);
        for (int i = 0; i < expected.size(); i++) {
            double scale = Math.max(norm(expected.get(i)), least * largest);
            assertThat(difference(found.get(i), expected.get(i)) / scale)
                    .as("array %d", i)
                    .isLessThanOrEqualTo(bound);
        }
    }

    /** Returns ‖found − expected‖ / ‖expected‖ of all arrays as one vector. */
    public static double distance(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        double size = norm(joined(expected));
        assertThat(size).isPositive();
        return difference(joined(found), joined(expected)) / size;
    }

    private static double difference(float[] found, float[] expected) {
        assertThat(found).hasSameSizeAs(expected);
        float[] difference = expected.clone();
        for (int i = 0; i < difference.length; i++) {
            difference[i] -= found[i];
        }
        return norm(difference);
    }

    /** One array after the other. */
    public static float[] joined(List<float[]> arrays) {
        float[] whole = new float[arrays.stream().mapToInt(array -> array.length).sum()];
        int at = 0;
        for (float[] array : arrays) {
            System.arraycopy(array, 0, whole, at, array.length);
            at += array.length;
        }
        return whole;
    }

    /** The Euclidean norm. */
    public static double norm(float[] array) {
        double sum = 0;
        for (float value : array) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
