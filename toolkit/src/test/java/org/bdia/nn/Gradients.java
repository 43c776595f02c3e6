package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;

/** Gradients compared array by array. */
final class Gradients {

    private Gradients() {}

    /** The output, ∂L/∂x and all parameter gradients, where ∂L/∂output is 0.01 x. */
    static List<float[]> of(
            ReversibleStack stack, List<? extends Block> blocks, NDArray x, StepKey draw) {
        NDArray y = stack.forward(x, draw);
        NDArray dx = stack.backward(x.mul(0.01));
        List<float[]> all = new ArrayList<>(List.of(y.toFloatArray(), dx.toFloatArray()));
        all.addAll(of(blocks));
        return all;
    }

    /** The gradients of all parameters, block by block. */
    static List<float[]> of(List<? extends Block> blocks) {
        List<float[]> all = new ArrayList<>();
        for (Block block : blocks) {
            for (Parameter parameter : block.getParameters().values()) {
                try (NDArray gradient = parameter.getArray().getGradient()) {
                    all.add(gradient.toFloatArray());
                }
            }
        }
        return all;
    }

    /** Sets them to zero. */
    static void clear(List<? extends Block> blocks) {
        for (Block block : blocks) {
            for (Parameter parameter : block.getParameters().values()) {
                try (NDArray gradient = parameter.getArray().getGradient()) {
                    gradient.subi(gradient);
                }
            }
        }
    }

    /** The same bits. */
    static void assertSame(List<float[]> found, List<float[]> expected) {
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < expected.size(); i++) {
            assertThat(found.get(i)).as("array %d", i).isEqualTo(expected.get(i));
        }
    }

    /**
     * Norms of differences, relative to each array's own, or, for arrays without a gradient but noise (a bias that softmax
     * cancels), to a thousandth of the largest.
     */
    static void assertClose(List<float[]> found, List<float[]> expected, double bound) {
        assertThat(found).hasSameSizeAs(expected);
        double largest = expected.stream().mapToDouble(Gradients::norm).max().orElse(0);
        for (int i = 0; i < expected.size(); i++) {
            float[] difference = expected.get(i).clone();
            for (int j = 0; j < difference.length; j++) {
                difference[j] -= found.get(i)[j];
            }
            double scale = Math.max(norm(expected.get(i)), 1e-3 * largest);
            assertThat(norm(difference) / scale).as("array %d", i).isLessThanOrEqualTo(bound);
        }
    }

    /** One array after the other. */
    static float[] joined(List<float[]> arrays) {
        float[] whole = new float[arrays.stream().mapToInt(array -> array.length).sum()];
        int at = 0;
        for (float[] array : arrays) {
            System.arraycopy(array, 0, whole, at, array.length);
            at += array.length;
        }
        return whole;
    }

    /** The Euclidean norm. */
    static double norm(float[] array) {
        double sum = 0;
        for (float value : array) {
            sum += (double) value * value;
        }
        return Math.sqrt(sum);
    }
}
