package org.bdia.train;

/**
 * Training or evaluation met a number that is not finite, or a state out of range. No update is made of such a
 * gradient, and no checkpoint of such weights.
 */
public final class TrainingDivergedException extends IllegalStateException {

    private final long step;

    TrainingDivergedException(long step, String what, String lastGood, Throwable cause) {
        super("step " + step + ": " + what + "; lower the learning rate; " + lastGood, cause);
        this.step = step;
    }

    /** The steps made before, that is the index, from 0, of the step that failed. */
    public long step() {
        return step;
    }
}
