package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;

/**
 * Errors of the states that a stack rebuilds from the last two of one forward pass.
 *
 * @param states the comparison of every state, x<sub>0</sub> first
 */
public record Reconstruction(List<StateError> states) {

    /**
     * One state, rebuilt against made.
     *
     * @param index the index k of x<sub>k</sub>
     * @param mismatches the activations that differ at all
     * @param activations the activations compared
     * @param maxError the largest absolute difference; NaN if a rebuilt value is not a number
     */
    public record StateError(int index, long mismatches, long activations, double maxError) {}

    /** Copies the list. */
    public Reconstruction {
        states = List.copyOf(states);
    }

    /**
     * Runs the stack forward on x, keeps every state beside it, and compares each with what the inverse rebuilds.
     *
     * @param stack a stack with {@link Backprop#REVERSIBLE}; its kept forward pass is replaced, then dropped
     * @param x the embedding (B, T, D)
     * @param draw seed, step and sample ids
     */
    public static Reconstruction of(ReversibleStack stack, NDArray x, StepKey draw) {
        return of(stack, x, new NDList(), draw);
    }

    /** {@link #of(ReversibleStack, NDArray, StepKey)} with a context for every branch. */
    public static Reconstruction of(
            ReversibleStack stack, NDArray x, NDList context, StepKey draw) {
        try (NDManager manager = x.getManager().newSubManager()) {
            List<NDArray> made = new ArrayList<>();
            StateError[] errors = new StateError[stack.depth() + 1];
            NDArray last =
                    stack.forward(
                            x,
                            context,
                            draw,
                            (index, state) -> {
                                NDArray copy = state.duplicate();
                                NDScope.unregister(copy);
                                copy.attach(manager);
                                made.add(copy);
                            });
            NDArray first =
                    stack.inverse((index, state) -> errors[index] = compare(index, made, state));
            last.close();
            first.close();
            return new Reconstruction(List.of(errors));
        } finally {
            stack.close();
        }
    }

    private static StateError compare(int index, List<NDArray> made, NDArray rebuilt) {
        try (NDScope scope = new NDScope()) {
            NDArray expected = made.get(index);
            long differing = rebuilt.neq(expected).toType(DataType.INT64, false).sum().getLong();
            double error =
                    rebuilt.sub(expected).abs().max().toType(DataType.FLOAT64, false).getDouble();
            return new StateError(index, differing, expected.size(), error);
        }
    }

    /** The activations that differ, over all states. */
    public long mismatches() {
        return states.stream().mapToLong(StateError::mismatches).sum();
    }

    /** The activations compared, over all states. */
    public long activations() {
        return states.stream().mapToLong(StateError::activations).sum();
    }

    /** The error of the rebuilt embedding x<sub>0</sub>, behind all K blocks. */
    public double inputError() {
        return states.get(0).maxError();
    }
}
