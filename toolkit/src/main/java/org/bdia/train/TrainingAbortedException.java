package org.bdia.train;

/**
 * A checkpoint could not be written, the listener failed, which writes what is measured, or, in verify mode, a state was not rebuilt
 * as it was made. The last checkpoint stays.
 */
public final class TrainingAbortedException extends IllegalStateException {

    private static final long serialVersionUID = 1;

    private final long step;

    TrainingAbortedException(long step, String lastGood, RuntimeException cause) {
        this(step, "", lastGood, cause);
    }

    /**
     * Creates an error of a step under way.
     *
     * @param consequence begins with a semicolon and says where the weights are left
     */
    TrainingAbortedException(
            long step, String consequence, String lastGood, RuntimeException cause) {
        super("step " + step + ": " + why(cause) + consequence + "; " + lastGood, cause);
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
