package org.bdia.run;

import org.bdia.config.FileException;

/** Another process is writing the run: wait until it ends, and go on from what it leaves. */
public final class RunBusyException extends FileException {
    private static final long serialVersionUID = 1L;

    RunBusyException(String message) {
        super(message);
    }
}
