package org.bdia.config;

/** A file of a configuration or a run that is damaged, taken or missing; the message names it and says how to fix it. */
public class FileException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** An error whose message names the file, what was expected, what was found, and the remedy. */
    public FileException(String message) {
        super(message);
    }

    /** Creates an error with its cause. */
    public FileException(String message, Throwable cause) {
        super(message, cause);
    }
}
