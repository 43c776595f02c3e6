package org.bdia.activation;

import ai.djl.ndarray.types.DataType;
import java.util.stream.DoubleStream;
import org.bdia.config.ActivationConfig;
import org.bdia.torch.ScriptText;
import org.bdia.torch.TorchScript;

/**
 * Makes the functions of an inverted {@link ActivationConfig} in TorchScript: y in place of x with its bits, the gradient in place of y,
 * and a twin that autograd differentiates. Each is a variant of the resource that it is named after.
 */
final class ActivationScript {

    private final ActivationConfig activation;
    private final int type;
    private final int integer;
    private final double kept;
    private final int slice;

    /**
     * The functions for arrays of a type.
     *
     * @param rate of dropout behind the activation
     * @param slice the elements of a slice, a multiple of 8; the same for packing and unpacking
     * @throws IllegalArgumentException if the type is no floating-point type
     */
    ActivationScript(ActivationConfig activation, DataType array, float rate, int slice) {
        this.activation = activation;
        this.slice = slice;
        this.kept = 1.0 - rate;
        // As TorchScript numbers types: float 6, double 7; int16 2, int32 3, int64 4.
        switch (array) {
            case FLOAT32 -> {
                type = 6;
                integer = 3;
            }
            case FLOAT64 -> {
                type = 7;
                integer = 4;
            }
            case FLOAT16, BFLOAT16, UNKNOWN -> { // DJL does not know an engine's bfloat16 again
                type = 6;
                integer = 2;
            }
            default ->
                    throw new IllegalArgumentException(
                            "an activation takes floating-point arrays, but this one is " + array);
        }
    }

    /** Returns a leaky ReLU whose graph keeps y. */
    static TorchScript leaky() {
        return new TorchScript(
                "x", "return torch.leaky_relu_(torch.clone(x), " + ActivationConfig.SLOPE + ")");
    }

    /** Returns what the functions below take as an array: c₀ = T, c₁ … of the one side, then of the other. */
    static double[] coefficients(ActivationConfig activation) {
        Inversion inversion = Inversion.of(activation.function());
        DoubleStream turn = DoubleStream.of(inversion.turn());
        DoubleStream lower = inversion.lower().stream().mapToDouble(c -> c);
        DoubleStream upper = inversion.upper().stream().mapToDouble(c -> c);
        return DoubleStream.concat(turn, DoubleStream.concat(lower, upper)).toArray();
    }

    /** Returns h → bits, which leaves y in h's place. */
    TorchScript overwrite() {
        return script("h", "overwrite");
    }

    /** Returns y, bits, ∂L/∂y, coefficients → a view of y, which then holds ∂L/∂h. */
    TorchScript differentiate() {
        return script("y, bits, gradient, c", "differentiate");
    }

    /** Returns x, coefficients → y with the derivative of the two above. */
    TorchScript apply() {
        return script("x, c", "apply");
    }

    private TorchScript script(String parameters, String name) {
        Inversion inversion = Inversion.of(activation.function());
        boolean inSign = activation.derivative() == ActivationConfig.Derivative.SIGN_BIT;
        int planes = (inSign ? 0 : 1) + (kept < 1 ? 1 : 0);
        String body =
                read(name)
                        .withLines("DERIVATIVE", read("derivative"))
                        .with(activation.function())
                        .with(activation.derivative())
                        .with("DROPOUT", kept < 1)
                        .with("KEPT", kept)
                        .with("GAIN", 1 / kept)
                        .with("PLANES - 1", planes - 1)
                        .with("PLANES", planes)
                        .with("SLICE // 8", slice / 8)
                        .with("SLICE - 1", slice - 1)
                        .with("SLICE", slice)
                        .with("TURN", inversion.turn())
                        .with("MINIMUM", inversion.minimum())
                        .with("LAST", inversion.last())
                        .with("LOWER_LAST", Inversion.LOWER_LAST)
                        .withCall("C", "torch.select(c, 0, $1)")
                        // No view has another type in TorchScript.
                        .withCall(
                                "INTEGERS",
                                "torch.set_(torch.new_empty($1, [0], dtype=INTEGER), $1)")
                        .with("INTEGER", integer)
                        .with("TYPE", type)
                        .toString();
        return new TorchScript(parameters, body);
    }

    private static ScriptText read(String name) {
        return ScriptText.read(ActivationScript.class, name + ".torchscript");
    }
}
