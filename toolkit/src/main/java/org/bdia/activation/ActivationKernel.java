package org.bdia.activation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.jni.JniUtils;
import java.util.HashMap;
import java.util.Map;
import org.bdia.config.ActivationConfig;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;
import org.bdia.torch.TorchScript;

/**
 * Computes an {@link ActivationConfig}: out of place, as a function that autograd differentiates, or in place, differentiated by hand.
 * Whatever DJL has no operation for is TorchScript, compiled when first needed. Belongs to one thread.
 */
final class ActivationKernel {

    /** Elements that libtorch gives to one thread at least, small enough for its cache. */
    private static final int GRAIN = 1 << 15;

    /**
     * With at most this many threads a slice fits one thread: synchronising two over many short operations costs what it gains, and
     * far more where other processes want the processor too.
     */
    private static final int FEW_THREADS = 2;

    /** A GPU wants more at a time. */
    private static final int GPU_SLICE = 1 << 22;

    /** Whole vectors, so that no element of a whole slice is left to the scalar code, which rounds otherwise. */
    private static final int VECTORS = 64;

    private final ActivationConfig activation;
    private final Map<String, TorchScript> scripts = new HashMap<>();
    private int slice; // chosen once, since packed bits depend on it

    ActivationKernel(ActivationConfig activation) {
        this.activation = activation;
    }

    ActivationConfig activation() {
        return activation;
    }

    /**
     * f(x) in a new array, part of the graph where one is recorded. An inverted activation then has its approximate
     * derivative, but keeps as much as the exact one.
     */
    NDArray apply(NDArray x) {
        if (activation.isInverted()) {
            return script("apply", x, 0, ActivationScript::apply).call(x, coefficients(x));
        }
        return switch (activation.function()) {
            case GELU -> ai.djl.nn.Activation.gelu(x);
            case GELU_TANH -> Scoped.result(() -> geluTanh(x));
            case SILU -> Scoped.result(() -> x.mul(ai.djl.nn.Activation.sigmoid(x)));
            case RELU -> ai.djl.nn.Activation.relu(x);
            case LEAKY_RELU -> script("leaky", x, 0, script -> ActivationScript.leaky()).call(x);
        };
    }

    private static NDArray geluTanh(NDArray x) {
        NDArray cube = x.mul(x).mul(x).mul(Autograd.constant(x, 0.044715));
        NDArray inner = x.add(cube).mul(Autograd.constant(x, Math.sqrt(2 / Math.PI)));
        NDArray half = x.mul(Autograd.constant(x, 0.5));
        return half.add(half.mul(inner.tanh()));
    }

    /**
     * Overwrites h with y = dropout(f(h)), outside any graph; for inverted activations alone.
     *
     * @param h contiguous; no recorded graph may hold it
     * @param rate of dropout, 0 for none
     * @return what {@link #differentiate} needs beside y: packed bits, one or two planes of them, maybe none
     */
    NDArray overwrite(NDArray h, float rate) {
        return Autograd.unrecorded(
                () -> script("overwrite", h, rate, ActivationScript::overwrite).call(h));
    }

    /**
     * Overwrites y with ∂L/∂h.
     *
     * @param y what {@link #overwrite} left in h
     * @param bits what it returned
     * @param gradient ∂L/∂y
     */
    void differentiate(NDArray y, NDArray bits, NDArray gradient, float rate) {
        TorchScript script = script("differentiate", y, rate, ActivationScript::differentiate);
        try (NDArray c = coefficients(y)) {
            Autograd.unrecorded(() -> script.call(y, bits, gradient, c)).close();
        }
    }

    private NDArray coefficients(NDArray like) {
        double[] values = ActivationScript.coefficients(activation);
        NDManager manager = like.getManager();
        if (like.getDataType() == DataType.FLOAT64) {
            return manager.create(values);
        }
        float[] single = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            single[i] = (float) values[i];
        }
        return manager.create(single);
    }

    private TorchScript script(String name, NDArray like, float rate, Writer writer) {
        if (slice == 0) {
            slice = like.getDevice().isGpu() ? GPU_SLICE : cpuSlice(JniUtils.getNumThreads());
        }
        return scripts.computeIfAbsent(
                name + " " + like.getDataType() + " " + rate,
                key ->
                        writer.write(
                                new ActivationScript(activation, like.getDataType(), rate, slice)));
    }

    private static int cpuSlice(int threads) {
        return threads <= FEW_THREADS ? GRAIN - VECTORS : GRAIN * threads;
    }

    /** The kinds of functions. */
    private interface Writer {
        TorchScript write(ActivationScript script);
    }
}
