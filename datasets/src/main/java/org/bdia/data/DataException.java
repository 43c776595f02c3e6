package org.bdia.data;

/** Data that are missing, damaged, or fewer than asked for; the message says which, and how to mend it. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataException(String message) {
        super(message);
    }

    DataException(String message, Throwable cause) {
        super(message, cause);
    }

    /** A file whose content is not what its name promises. */
    static DataException damaged(Object file, String expected, String found) {
        return new DataException(
                file
                        + ": expected "
                        + expected
                        + ", found "
                        + found
                        + "; put the file there again, see datasets/README.md");
    }
}
