package org.bdia.io;

import java.util.function.Supplier;

/**
 * Uses files on a thread that may have been interrupted. Java closes the files of an interrupted thread, so that an interrupt which
 * came before has to wait; the thread then counts as interrupted again.
 */
public final class Uninterrupted {

    private Uninterrupted() {}

    /** Returns what the supplier does. */
    public static <T> T get(Supplier<T> use) {
        boolean interrupted = Thread.interrupted();
        try {
            return use.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Runs to the end. */
    public static void run(Runnable use) {
        get(
                () -> {
                    use.run();
                    return null;
                });
    }
}
