package org.bdia.run;

/** A run's file that is damaged, taken or missing; the message names it and says how to mend it. */
public sealed class RunException extends RuntimeException permits RunBusyException {
    private static final long serialVersionUID = 1L;

    RunException(String message) {
        super(message);
    }

    RunException(String message, Throwable cause) {
        super(message, cause);
    }
}
