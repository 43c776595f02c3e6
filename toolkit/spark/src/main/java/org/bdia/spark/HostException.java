package org.bdia.spark;

/** A host that cannot execute runs, though others may. */
final class HostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    HostException(String host, String fault) {
        super(host + ": " + fault);
    }
}
