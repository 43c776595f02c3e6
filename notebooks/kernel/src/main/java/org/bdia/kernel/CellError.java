package org.bdia.kernel;

import java.util.List;

/** The error of a cell that failed, with the lines that the notebook shows. */
public final class CellError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> lines;

    /**
     * Creates an error without a stack trace: the lines contain the cell's.
     *
     * @param message one line, for logs and for the runner
     * @param lines the lines that the notebook shows
     */
    CellError(String message, List<String> lines) {
        super(message, null, false, false);
        this.lines = List.copyOf(lines);
    }

    /** Returns the lines that the notebook shows, the first of them the message. */
    public List<String> lines() {
        return lines;
    }
}
