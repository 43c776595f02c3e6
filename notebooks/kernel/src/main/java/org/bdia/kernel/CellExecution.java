package org.bdia.kernel;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.SPIResolutionException;

/**
 * Runs snippets in this JVM on one thread named {@code notebook}, and keeps the value and the Throwable.
 *
 * <p>One thread for all cells, because engines keep modes (gradient recording, thread counts) per thread. JShell's own
 * protocol would turn values into strings and drop the causes of exceptions.
 */
final class CellExecution extends DirectExecutionControl {
    private static final long GRACE_SECONDS = 2;

    /** How long code that has noticed the interrupt may tidy up, for example write a checkpoint. */
    private static final long TIDY_SECONDS = 60;

    private ExecutorService thread = newThread();
    private volatile Thread notebook;
    private volatile Future<?> running;
    private volatile boolean interrupted;
    private Object value;
    private Throwable thrown;

    private ExecutorService newThread() {
        return Executors.newSingleThreadExecutor(
                work -> {
                    notebook = new Thread(work, "notebook");
                    notebook.setDaemon(true);
                    return notebook;
                });
    }

    /** Forgets an interrupt that was meant for the cell before. */
    void beginCell() {
        interrupted = false;
    }

    /** Interrupts the cell: what runs now, and what the same cell would run next. */
    void interrupt() {
        interrupted = true;
        var work = running;
        if (work != null) {
            work.cancel(true);
        }
    }

    /** The value of the snippet that ran last, null if it has none. */
    Object value() {
        return value;
    }

    /** What the snippet that ran last threw, null if it threw nothing. */
    Throwable thrown() {
        return thrown;
    }

    /**
     * Runs the work on the notebook thread and waits for it.
     *
     * @throws ExecutionException if the work throws; its cause is what was thrown
     * @throws InterruptedException if the cell is interrupted; the message says when the work goes on regardless
     */
    <V> V call(Callable<V> work) throws ExecutionException, InterruptedException {
        var task = thread.submit(work);
        running = task;
        if (interrupted) {
            task.cancel(true);
        }
        try {
            return task.get();
        } catch (CancellationException e) {
            throw new InterruptedException(settle());
        } finally {
            running = null;
        }
    }

    /**
     * Waits until the thread is free again, or leaves it behind: Java cannot stop a thread that does not listen. One that
     * does has taken its interrupt.
     */
    private String settle() throws InterruptedException {
        var free = thread.submit(() -> {});
        try {
            if (isFree(free, GRACE_SECONDS)
                    || (!notebook.isInterrupted() && isFree(free, TIDY_SECONDS))) {
                return "cell interrupted";
            }
        } catch (ExecutionException e) {
            throw new AssertionError("an empty task cannot fail", e);
        }
        thread.shutdown();
        thread = newThread();
        return "cell interrupted, but its code does not listen, or not yet, and goes on in the background; "
                + "restart the kernel to end it";
    }

    private static boolean isFree(Future<?> free, long seconds)
            throws InterruptedException, ExecutionException {
        try {
            free.get(seconds, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Called by JShell to run a compiled snippet; the value stays here, JShell gets a placeholder. */
    @Override
    protected String invoke(Method snippet) throws Exception {
        value = null;
        thrown = null;
        try {
            value = call(() -> snippet.invoke(null));
            return "";
        } catch (ExecutionException e) {
            thrown = unwrap(e);
        } catch (InterruptedException e) {
            thrown = e;
        }
        if (thrown instanceof SPIResolutionException unresolved) {
            throw unresolved;
        }
        throw new UserException("", thrown.getClass().getName(), CellTrace.cellFrames(thrown));
    }

    private static Throwable unwrap(ExecutionException e) {
        var cause = e.getCause();
        return cause instanceof InvocationTargetException ? cause.getCause() : cause;
    }

    @Override
    public void close() {
        interrupt();
        thread.shutdownNow();
        super.close();
    }
}
