package org.bdia.reversible;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Locale;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;

/** Checks of a stack's arguments. */
final class StackChecks {

    private StackChecks() {}

    /** Refuses an embedding whose type or rank does not suit the method, and one without values. */
    static void input(NDArray x, Method method) {
        boolean grid = method.quantises();
        DataType type = x.getDataType();
        if (type != DataType.FLOAT32 && (grid || type != DataType.FLOAT64)) {
            throw new IllegalArgumentException(
                    "states of "
                            + method.label()
                            + " are float32"
                            + (grid ? "" : " or float64")
                            + ", but the input is "
                            + type
                            + "; convert it with toType(DataType.FLOAT32, false)");
        }
        if (x.getShape().dimension() < 2) {
            throw new IllegalArgumentException(
                    "the input needs a batch axis and a width, as in (B, T, D), but its shape is "
                            + x.getShape()
                            + "; reshape it");
        }
        if (x.getShape().size() == 0) {
            throw new IllegalArgumentException(
                    "the input has no values, its shape is "
                            + x.getShape()
                            + "; every axis of (B, T, D) must be at least 1 long");
        }
    }

    /** Refuses a γ at inference that is out of range, or that the method does not have. */
    static void gamma(double gamma, Method method) {
        if (!(gamma >= -1 && gamma <= 1)) {
            throw new IllegalArgumentException(
                    "gamma at inference must be -1 to 1, but is "
                            + gamma
                            + "; training draws it between the method's -|gamma| and |gamma|");
        }
        if (gamma != 0 && !method.plainInference()) {
            throw new IllegalArgumentException(
                    method + " has no gamma, but its inference is asked for " + gamma + "; use 0");
        }
    }

    /** Refuses a draw for another number of samples. */
    static void batch(NDArray x, StepKey draw) {
        if (x.getShape().get(0) != draw.batch()) {
            throw new IllegalArgumentException(
                    "the draw is for "
                            + draw.batch()
                            + " samples, but the input's shape is "
                            + x.getShape()
                            + "; pass one sample id per row");
        }
    }

    /** Refuses to rebuild what an execution keeps. */
    static void inverse(Execution execution, int depth) {
        int rebuilt = execution.rebuilt(depth);
        if (rebuilt < depth) {
            throw new IllegalStateException(
                    "inverse() rebuilds what Backprop.REVERSIBLE did not keep, but this stack uses "
                            + (execution.backprop() == Backprop.REVERSIBLE
                                    ? "it for the first " + rebuilt + " of " + depth + " blocks"
                                    : execution.backprop()));
        }
    }

    /** Refuses a gradient that is not like the output. */
    static void gradient(NDArray gradient, Tape.Kind output) {
        if (!Tape.Kind.of(gradient).equals(output)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the gradient is %s%s on %s, but the output is %s%s on %s; pass the loss's gradient"
                                    + " with respect to what forward returned",
                            gradient.getDataType(),
                            gradient.getShape(),
                            gradient.getDevice(),
                            output.type(),
                            output.shape(),
                            output.device()));
        }
    }
}
