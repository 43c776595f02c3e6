package org.bdia.kernel;

import java.util.List;

/** Why a cell failed, in the lines that the notebook shows. */
public final class CellError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<String> lines;

    /**
     * Makes an error without a stack of its own: the lines already tell the cell's.
     *
     * @param message one line, for logs and for the runner
     * @param lines what the notebook shows
     */
    CellError(String message, List<String> lines) {
        super(message, null, false, false);
        this.lines = List.copyOf(lines);
    }

    /** The lines that the notebook shows, the first of them the message. */
    public List<String> lines() {
        return lines;
    }
}
