package org.bdia.ci.fault;

/** A campaign could not be carried out; says nothing about what it was to find. */
public final class FaultException extends RuntimeException {

    private static final long serialVersionUID = 1;

    FaultException(String message, Throwable cause) {
        super(message, cause);
    }
}
