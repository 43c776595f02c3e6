package org.bdia.activation;

import java.util.List;
import org.bdia.config.ActivationConfig;

/**
 * The two inverses of a function f that falls to its one minimum m at T and rises from there, each a polynomial x = T + c₁v +
 * c₂v² + … in a variable in which the inverse is smooth, at the minimum and far away from it. With z = y − m:
 *
 * <ul>
 *   <li>x &lt; T: v = √(−log(1 − z/|m|)), since f's tail decays like exp(−½x²) or exp(x);
 *   <li>x ≥ T: v = √z, since f is a parabola at its minimum.
 * </ul>
 *
 * <p>f′ of the x that is found errs by at most 5.2e-5 for GELU and 7.8e-5 for SiLU in exact arithmetic. At the minimum float32 itself knows
 * √z to 1e-4 only.
 *
 * <p>The coefficients are those of {@code ci/fit_activations.py}, which minimises the largest error of f′.
 *
 * @param turn T
 * @param minimum m
 * @param lower c₁ … for x &lt; T
 * @param upper c₁ … for x ≥ T
 * @param last the largest z of the fit; from there on f′ is 1
 */
record Inversion(double turn, double minimum, List<Double> lower, List<Double> upper, double last) {

    /** The largest v² for x &lt; T; from there on f′ is 0. */
    static final double LOWER_LAST = 16;

    private static final Inversion GELU =
            new Inversion(
                    -0.7517915246935645,
                    -0.16997120747990363,
                    List.of(-0.8878461128, -0.236375618, 0.06314901175, -0.007482023283),
                    List.of(
                            2.14716591,
                            -1.285123306,
                            1.634859931,
                            -1.261551423,
                            0.6198032887,
                            -0.1140139),
                    5.66997);

    private static final Inversion GELU_TANH =
            new Inversion(
                    -0.7524614220710162,
                    -0.17004075057125406,
                    List.of(-0.8884687899, -0.2406390693, 0.06642260487, -0.005490030654),
                    List.of(
                            2.149861045,
                            -1.289275477,
                            1.635023897,
                            -1.25581377,
                            0.614956084,
                            -0.1128732972),
                    5.67004);

    private static final Inversion SILU =
            new Inversion(
                    -1.2784645427610737,
                    -0.2784645427610738,
                    List.of(-1.602187143, -0.5489262125, -0.0732784557, 0.0001336786774),
                    List.of(
                            3.01791245,
                            -1.889850033,
                            1.998549086,
                            -1.333499268,
                            0.6012385582,
                            -0.1380944751,
                            0.0121237695),
                    17.2785);

    /**
     * The inverses of a function.
     *
     * @throws IllegalArgumentException if it has none
     */
    static Inversion of(ActivationConfig.Function function) {
        return switch (function) {
            case GELU -> GELU;
            case GELU_TANH -> GELU_TANH;
            case SILU -> SILU;
            case RELU, LEAKY_RELU ->
                    throw new IllegalArgumentException(function + " has no minimum to invert at");
        };
    }
}
