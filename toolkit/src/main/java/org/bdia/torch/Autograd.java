package org.bdia.torch;

import ai.djl.engine.Engine;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * The operations of automatic differentiation that block-wise back-propagation needs.
 *
 * <p>DJL's public API records a whole loss and differentiates it once; here one block at a time is recorded
 * and multiplied by a vector, which PyTorch's engine offers through {@link JniUtils}.
 */
public final class Autograd {

    /** The engine has one generator for all threads; no other thread may seed it between a seed and its draws. */
    private static final Lock GENERATOR = new ReentrantLock();

    private Autograd() {}

    /** Runs a computation with gradients recorded, and restores this thread's mode. */
    public static <T> T recorded(Supplier<T> computation) {
        return inMode(true, computation);
    }

    /** Runs a computation without recording gradients, and restores this thread's mode. */
    public static <T> T unrecorded(Supplier<T> computation) {
        return inMode(false, computation);
    }

    /** Returns whether this thread records gradients. */
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

    /** Returns a new leaf that shares the array's storage. */
    public static NDArray leaf(NDArray array) {
        NDArray leaf = array.stopGradient();
        leaf.setRequiresGradient(true);
        return leaf;
    }

    /** Returns whether an array is a leaf, or was computed from one while {@link #recorded}. */
    public static boolean hasGraph(NDArray array) {
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
     * Records a computation and differentiates it at once, see {@link #backward(NDArray, NDArray)}. Numbers and arrays of the
     * JVM's memory may be part of it: they are kept until the graph is freed.
     *
     * @param gradient from the computed value to ∂L/∂value
     * @return the value
     */
    public static NDArray differentiate(
            Supplier<NDArray> computation, UnaryOperator<NDArray> gradient) {
        try (var memory = new HostMemory()) {
            NDArray value = recorded(() -> memory.of(computation));
            backward(value, gradient.apply(value));
            return value;
        }
    }

    /**
     * Records a computation and differentiates it at once, unless nothing in it requires gradients, such as the parameters of a frozen
     * embedding.
     *
     * @param gradient ∂L/∂value
     */
    public static void differentiateIfTrained(Supplier<NDArray> computation, NDArray gradient) {
        try (var memory = new HostMemory()) {
            NDArray value = recorded(() -> memory.of(computation));
            if (hasGraph(value)) {
                backward(value, gradient);
            }
        }
    }

    /** {@link #differentiate(Supplier, UnaryOperator)} of a scalar loss. */
    public static NDArray differentiate(Supplier<NDArray> loss) {
        try (var memory = new HostMemory()) {
            NDArray value = recorded(() -> memory.of(loss));
            backward(value);
            return value;
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
     * Returns the array in which a parameter's gradient adds up, for additions in place; zeros where there was none yet.
     *
     * @param parameter a leaf that requires gradients
     */
    public static NDArray accumulator(NDArray parameter) {
        try (NDArray known = JniUtils.getGradient((PtNDArray) parameter)) {
            if (known == null) {
                try (NDArray view = recorded(() -> parameter.reshape(parameter.getShape()));
                        NDArray zeros = parameter.zerosLike()) {
                    backward(view, zeros);
                }
            }
        }
        return parameter.getGradient();
    }

    /**
     * Adds to the gradient of a leaf, or to those behind a recorded array; of an array that requires none, does nothing.
     *
     * @param gradient of the array's shape; it may be closed afterwards
     */
    public static void accumulate(NDArray array, NDArray gradient) {
        if (!hasGraph(array)) {
            return;
        }
        try (NDArray known = JniUtils.getGradient((PtNDArray) array)) {
            if (known != null) {
                known.addi(gradient);
                return;
            }
        }
        try (NDArray view = recorded(() -> array.reshape(array.getShape()))) {
            backward(view, gradient);
        }
    }

    /**
     * Returns a number of shape (1) that a recorded graph may keep.
     *
     * <p>{@code array.mul(number)} must not be {@link #recorded} alone: DJL wraps the number in Java's memory and releases
     * it when the call returns, while the graph still reads it in the backward pass. A garbage collection in between
     * then changes gradients, rarely and silently. This one lives in the engine's memory, as long as the graph.
     *
     * @param like an array of the type, device and manager that the number is to have
     */
    public static NDArray constant(NDArray like, double value) {
        return like.getManager().full(new Shape(1), (float) value, like.getDataType());
    }

    /** Seeds the engine's generator and runs a computation that draws from it, exclusively among callers of this method. */
    public static <T> T seeded(int seed, Supplier<T> computation) {
        GENERATOR.lock();
        try {
            Engine.getEngine("PyTorch").setRandomSeed(seed);
            return computation.get();
        } finally {
            GENERATOR.unlock();
        }
    }
}
