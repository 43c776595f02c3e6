package org.bdia.kernel;

import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import jdk.jshell.execution.DirectExecutionControl;
import jdk.jshell.spi.SPIResolutionException;

/**
 * Runs snippets in this JVM on one thread named {@code notebook}, and keeps their value or Throwable.
 *
 * <p>One thread for all cells, because engines keep modes (gradient recording, thread counts) per thread. JShell's own
 * protocol would turn values into strings and drop the causes of exceptions.
 */
final class CellExecution extends DirectExecutionControl {
    private static final long GRACE_SECONDS = 2;

    /** The time that code has to clean up after an interrupt, for example to write a checkpoint. */
    private static final long CLEANUP_SECONDS = 60;

    private ExecutorService thread = newThread();
    private volatile Thread notebook;
    private volatile Future<?> running;
    private volatile boolean interrupted;

    private boolean runs = true;
    private Object value;
    private Throwable thrown;
    private Field variable;

    private ExecutorService newThread() {
        return Executors.newSingleThreadExecutor(
                task -> {
                    notebook = new Thread(task, "notebook");
                    notebook.setDaemon(true);
                    return notebook;
                });
    }

    /** Clears an interrupt of the previous cell. */
    void beginCell() {
        interrupted = false;
    }

    /** Interrupts the running snippet and the later ones of the same cell. */
    void interrupt() {
        interrupted = true;
        var task = running;
        if (task != null) {
            task.cancel(true);
        }
    }

    /** Returns the last snippet's value, or null. */
    Object value() {
        return value;
    }

    /** Returns what the last snippet threw, or null. */
    Throwable thrown() {
        return thrown;
    }

    /**
     * Runs work on the notebook thread and waits for it.
     *
     * @throws ExecutionException if it throws; the cause is what was thrown
     * @throws InterruptedException if the cell is interrupted; the message says if the work continues regardless
     */
    <V> V call(Callable<V> work) throws ExecutionException, InterruptedException {
        var left = new AtomicReference<Throwable>(); // a cancelled task does not tell what it threw
        var task =
                thread.submit(
                        () -> {
                            try {
                                return work.call();
                            } catch (Throwable t) {
                                left.set(t);
                                throw t;
                            }
                        });
        running = task;
        if (interrupted) {
            task.cancel(true);
        }
        try {
            return task.get();
        } catch (CancellationException e) {
            throw new InterruptedException(settle() + lastWords(left.get()));
        } finally {
            running = null;
        }
    }

    /**
     * Waits until the thread is free, or replaces it: Java cannot stop a thread that ignores interrupts. One that does not
     * has consumed its interrupt.
     */
    private String settle() throws InterruptedException {
        var free = thread.submit(() -> {});
        try {
            if (isFree(free, GRACE_SECONDS)
                    || (!notebook.isInterrupted() && isFree(free, CLEANUP_SECONDS))) {
                return "cell interrupted";
            }
        } catch (ExecutionException e) {
            throw new AssertionError("an empty task cannot fail", e);
        }
        thread.shutdown();
        thread = newThread();
        return "cell interrupted, but its code has not reacted to the interrupt and continues in the background; "
                + "restart the kernel to end it";
    }

    /** Returns what interrupted code said of itself, for example from where training goes on, after a colon; empty if nothing. */
    private static String lastWords(Throwable thrown) {
        var said = thrown instanceof InvocationTargetException ? thrown.getCause() : thrown;
        return said == null || said instanceof InterruptedException || said.getMessage() == null
                ? ""
                : ": " + said.getMessage();
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

    @Override
    public void load(ClassBytecodes[] classes)
            throws ClassInstallException, NotImplementedException, EngineTerminationException {
        super.load(
                Arrays.stream(classes)
                        .map(
                                one ->
                                        new ClassBytecodes(
                                                one.name(), CellExit.redirect(one.bytecodes())))
                        .toArray(ClassBytecodes[]::new));
    }

    /** Evaluates for the errors of the compiler alone: no snippet runs meanwhile. */
    <T> T withoutRunning(Supplier<T> evaluation) {
        runs = false;
        try {
            return evaluation.get();
        } finally {
            runs = true;
        }
    }

    /** Runs a compiled snippet for JShell; keeps the value and returns a placeholder. */
    @Override
    protected String invoke(Method snippet) throws Exception {
        if (!runs) {
            return "";
        }
        value = null;
        thrown = null;
        try {
            value =
                    call(
                            () -> {
                                // Libraries that a cell has added find their services.
                                Thread.currentThread()
                                        .setContextClassLoader(
                                                snippet.getDeclaringClass().getClassLoader());
                                return snippet.invoke(null);
                            });
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

    /** Finds the field of a variable for {@link #variable}; its text is not asked for, which may run the user's code. */
    @Override
    public String varValue(String type, String name) throws InternalException {
        try {
            variable = findClass(type).getDeclaredField(name);
            variable.setAccessible(true);
            return "";
        } catch (ReflectiveOperationException e) {
            throw new InternalException(e.toString());
        }
    }

    /** Returns the static field of the variable that JShell was last asked about. */
    Field variable() {
        return variable;
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
