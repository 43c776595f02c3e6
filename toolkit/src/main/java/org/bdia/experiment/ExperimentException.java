package org.bdia.experiment;

/** A run of an experiment failed. */
public final class ExperimentException extends RuntimeException {

    ExperimentException(String message) {
        super(message);
    }

    ExperimentException(String message, Throwable cause) {
        super(message, cause);
    }
}
