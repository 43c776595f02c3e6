package org.bdia.config;

import java.util.Locale;

/**
 * A pointwise non-linearity, and what its derivative is computed from.
 *
 * <p>A linear layer keeps its input and none of its output, but an activation between two of them keeps its input h, and the
 * second layer keeps y = f(h). An inverted activation keeps y alone and one bit, on which side of f's minimum h lay; y takes h's
 * place in memory. Inside this toolkit's blocks that is what happens; {@code ActivationBlock} has the same values and
 * gradients for any other network, but cannot save memory there.
 *
 * @param function f
 * @param derivative what f′ is computed from
 * @see <a href="https://arxiv.org/abs/2407.15545">Novikov, Oseledets, 2024</a>
 */
public record ActivationConfig(Function function, Derivative derivative) {

    /** The function f. */
    public enum Function {
        /** x Φ(x), by the error function. */
        GELU,

        /** ½x(1 + tanh(√(2/π)(x + 0.044715x³))), GPT-2's. */
        GELU_TANH,

        /** x σ(x), also called swish. */
        SILU,

        /** max(x, 0). */
        RELU,

        /** x for x ≥ 0, else {@value #SLOPE}x. */
        LEAKY_RELU
    }

    /** The source of the derivative f′. */
    public enum Derivative {
        /** From x, as autograd does; for {@link Function#RELU} and {@link Function#LEAKY_RELU} from y, whose sign is enough. */
        EXACT,

        /**
         * From y and one packed bit, by an inverse that is interpolated: off by at most 8e-5 where y is exact. Rounding y adds to it near the
         * minimum: in float32 less than 2e-4 in all, in bfloat16 far more.
         */
        INVERTED,

        /**
         * As {@link #INVERTED}, with the bit in place of y's lowest one, so that nothing is kept beside y. Values differ from f in that
         * bit, always.
         */
        SIGN_BIT,

        /** From y and one packed bit, by the formulas printed in the paper: off by at most 1.9e-2 for GELU and 2.9e-3 for SiLU. */
        PRINTED
    }

    /** The slope of {@link Function#LEAKY_RELU} below 0. */
    public static final double SLOPE = 0.01;

    /** GELU as autograd differentiates it. */
    public static final ActivationConfig GELU = of(Function.GELU);

    /**
     * Checks that the two go together.
     *
     * @throws IllegalArgumentException if the derivative of a piecewise linear function is to be inverted, or the paper has no
     *     formula for the function
     */
    public ActivationConfig {
        boolean printed = function == Function.GELU || function == Function.SILU;
        if ((linear(function) && derivative != Derivative.EXACT)
                || (derivative == Derivative.PRINTED && !printed)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "there is no %s derivative of %s; %s",
                            derivative,
                            function,
                            linear(function)
                                    ? "Derivative.EXACT needs nothing but y already"
                                    : "use Derivative.INVERTED"));
        }
    }

    /** A function as autograd differentiates it. */
    public static ActivationConfig of(Function function) {
        return new ActivationConfig(function, Derivative.EXACT);
    }

    /**
     * A function differentiated from its value and one packed bit; {@link Function#RELU} and {@link Function#LEAKY_RELU} from
     * the value alone.
     */
    public static ActivationConfig inverted(Function function) {
        return of(function).withDerivative(Derivative.INVERTED);
    }

    /** Returns the same function, differentiated in another way; piecewise linear ones stay as they are, since y is enough. */
    public ActivationConfig withDerivative(Derivative value) {
        return linear(function) ? this : new ActivationConfig(function, value);
    }

    /** Whether the derivative comes from y and a bit. */
    public boolean isInverted() {
        return derivative != Derivative.EXACT;
    }

    /** Whether f consists of two straight lines, so that f′ jumps at 0. */
    public boolean isPiecewiseLinear() {
        return linear(function);
    }

    /** The name in configurations: {@code gelu}, {@code leaky-relu}, {@code inverted-silu}, {@code sign-bit-gelu-tanh}. */
    public String word() {
        return (isInverted() ? kebab(derivative) + "-" : "") + kebab(function);
    }

    /**
     * The activation of a {@link #word}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static ActivationConfig parse(String word) {
        for (Function function : Function.values()) {
            if (word.equals(kebab(function))) {
                return of(function);
            }
            for (Derivative derivative : Derivative.values()) {
                if (word.equals(kebab(derivative) + "-" + kebab(function))
                        && derivative != Derivative.EXACT) {
                    return new ActivationConfig(function, derivative);
                }
            }
        }
        throw new IllegalArgumentException(
                "activation is \""
                        + word
                        + "\"; expected gelu, gelu-tanh, silu, relu or leaky-relu, the first three also"
                        + " behind inverted- or sign-bit-, gelu and silu behind printed-");
    }

    /** The {@link #word}. */
    @Override
    public String toString() {
        return word();
    }

    private static boolean linear(Function function) {
        return function == Function.RELU || function == Function.LEAKY_RELU;
    }

    private static String kebab(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
