package org.bdia.train;

/** A checkpoint could not be written, or the listener failed, which writes what is measured. The last checkpoint stays. */
public final class TrainingAbortedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private final long step;

    TrainingAbortedException(long step, String lastGood, RuntimeException cause) {
        super("step " + step + ": " + why(cause) + "; " + lastGood, cause);
        this.step = step;
    }

    private static String why(RuntimeException cause) {
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** The steps made before. */
    public long step() {
        return step;
    }
}
