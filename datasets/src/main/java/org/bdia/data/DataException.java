package org.bdia.data;

import java.util.Locale;

/** Signals data that are missing, damaged, or fewer than asked for; the message says which, and how to fix it. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DataException(String message) {
        super(message);
    }

    DataException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Returns the exception for a file with unexpected content. */
    static DataException damaged(Object file, String expected, String found) {
        return new DataException(
                String.format(
                        Locale.ROOT,
                        "%s: expected %s, found %s; put the file there again, see datasets/README.md",
                        file,
                        expected,
                        found));
    }

    /** Returns the exception for a file whose line or row a user may have written. */
    static DataException line(Object file, String expected, long line, String found) {
        return new DataException(
                String.format(
                        Locale.ROOT,
                        "%s: expected %s in line %d, found %s; correct the line; a published file is to be put there"
                                + " again, see datasets/README.md",
                        file,
                        expected,
                        line,
                        found));
    }

    /** Returns the exception for a download that is not the published file. */
    static DataException refused(PublishedFile file, String expected, String found) {
        return new DataException(
                String.format(
                        Locale.ROOT,
                        "%s: expected %s, found %s; nothing was kept: fetch again, or get the file by"
                                + " hand, see datasets/README.md",
                        file.uri(),
                        expected,
                        found));
    }
}
