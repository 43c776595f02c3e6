package org.bdia.reversible;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.function.Supplier;

/**
 * The few words of automatic differentiation that block-wise back-propagation needs.
 *
 * <p>DJL's public API records a whole loss and differentiates it once; here one block at a time is recorded
 * and multiplied by a vector, which PyTorch's engine offers through {@link JniUtils}.
 */
public final class Autograd {

    private Autograd() {}

    /** Runs with gradients recorded, and leaves this thread's mode as it was. */
    public static <T> T recorded(Supplier<T> computation) {
        return inMode(true, computation);
    }

    /** Runs without recording gradients, and leaves this thread's mode as it was. */
    public static <T> T unrecorded(Supplier<T> computation) {
        return inMode(false, computation);
    }

    /** Whether this thread records gradients at the moment. */
    public static boolean isRecording() {
        return JniUtils.isGradMode();
    }

    private static <T> T inMode(boolean record, Supplier<T> computation) {
        boolean before = JniUtils.isGradMode();
        JniUtils.setGradMode(record);
        try {
            return computation.get();
        } finally {
            JniUtils.setGradMode(before);
        }
    }

    /** A new leaf that shares the array's storage, so that a graph begins here. */
    public static NDArray leaf(NDArray array) {
        NDArray leaf = array.stopGradient();
        leaf.setRequiresGradient(true);
        return leaf;
    }

    /** Whether an array is a leaf, or was computed from one while {@link #recorded}. */
    static boolean hasGraph(NDArray array) {
        if (JniUtils.requiresGrad((PtNDArray) array)) {
            return true;
        }
        try {
            array.setRequiresGradient(
                    false); // DJL knows of leaves only; the engine refuses this of others
            return false;
        } catch (EngineException e) {
            return true;
        }
    }

    /**
     * Adds the vector–Jacobian product gradientᵀ ∂output/∂leaf to the gradient of every leaf and parameter
     * behind the output, and frees the graph.
     *
     * @param output an array computed while {@link #recorded}
     * @param gradient ∂L/∂output, of the output's shape
     */
    public static void backward(NDArray output, NDArray gradient) {
        JniUtils.backward((PtNDArray) output, (PtNDArray) gradient, false, false);
    }

    /** {@link #backward(NDArray, NDArray)} of a scalar loss. */
    public static void backward(NDArray loss) {
        try (NDArray one = loss.onesLike()) {
            backward(loss, one);
        }
    }

    /**
     * A number that a recorded graph may keep, shape (1).
     *
     * <p>{@code array.mul(number)} must not be recorded: DJL wraps the number in Java's memory and lets go of it
     * when the call returns, while the graph still reads it in the backward pass. A garbage collection in between
     * then changes gradients, rarely and silently. This one lives in the engine's memory, as long as the graph.
     *
     * @param like an array of the type, device and manager that the number is to have
     */
    public static NDArray constant(NDArray like, double value) {
        return like.getManager().full(new Shape(1), (float) value, like.getDataType());
    }

    /**
     * Seeds the engine's generator with a function of (seed, step, layer), so that dropout recomputed for
     * the same draw and layer repeats its mask.
     *
     * @param layer the block's index; other random layers of a model use negative numbers
     */
    public static void seedDropout(Draw draw, int layer) {
        seedDropout(draw, layer, 0);
    }

    /** {@link #seedDropout(Draw, int)} for slice c of the batch. */
    static void seedDropout(Draw draw, int layer, int c) {
        long hash = Gamma.mix(Gamma.mix(draw.seed(), draw.step()), ~(long) layer);
        hash = c == 0 ? hash : Gamma.mix(hash, c);
        Engine.getEngine("PyTorch").setRandomSeed((int) (hash >>> 32));
    }
}
