package org.bdia.experiment;

/** A run of an experiment failed. */
public final class ExperimentException extends RuntimeException {

    /** An exception that says what failed, and what to do. */
    public ExperimentException(String message) {
        super(message);
    }

    /** An exception with its cause. */
    public ExperimentException(String message, Throwable cause) {
        super(message, cause);
    }
}
