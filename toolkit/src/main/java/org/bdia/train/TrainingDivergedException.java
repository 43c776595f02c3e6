package org.bdia.train;

/** Training met a number that is not finite, or a state out of range, and stopped before it touched the weights. */
public final class TrainingDivergedException extends IllegalStateException {

    private final long step;

    TrainingDivergedException(long step, String what, String lastGood, Throwable cause) {
        super(
                "step "
                        + step
                        + ": "
                        + what
                        + "; the weights are those of the step before; lower the learning rate; "
                        + lastGood,
                cause);
        this.step = step;
    }

    /** The step that failed, from 0. */
    public long step() {
        return step;
    }
}
