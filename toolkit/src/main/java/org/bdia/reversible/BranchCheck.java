package org.bdia.reversible;

/**
 * The result of {@link ReversibleStack#check} for one branch, in training, on the state that it gets.
 *
 * @param index the index k of h<sub>k</sub>
 * @param block the class of its block
 * @param repetition the largest difference of two runs without gradients
 * @param recording the largest difference of a run with gradients recorded from one without
 * @param rounding how large that may be: 0 where states are rebuilt, else what rounding explains
 * @param derivative the largest relative error of the vector–Jacobian products, measured by central differences; NaN where a
 *     parameter is not read from the {@link ai.djl.training.ParameterStore}, so that it cannot be varied
 * @param worst in which direction that is: input, context 0 …, or a parameter's name
 */
public record BranchCheck(
        int index,
        String block,
        double repetition,
        double recording,
        double rounding,
        double derivative,
        String worst) {

    /** The relative error that central differences in float32 may have. */
    public static final double TOLERANCE = 1e-2;

    /** Whether the branch can be trained: it repeats itself bit for bit, recorded as well, and its derivative is right. */
    public boolean passes() {
        return repetition == 0 && recording <= rounding && derivative <= TOLERANCE; // NaN is not
    }
}
