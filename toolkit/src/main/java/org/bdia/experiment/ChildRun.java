package org.bdia.experiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.bdia.config.RunConfig;
import org.bdia.io.ChildJvm;
import org.bdia.run.RunStore;
import org.bdia.torch.Allocator;

/**
 * A run in a child JVM of its own, so that memory figures are clean and a crash does not affect other runs.
 *
 * <p>The child gets the configuration on its standard input, which then stays open: when it ends, because this JVM
 * ended, the child writes a checkpoint and leaves.
 */
final class ChildRun {

    /** Time limit for a child's last checkpoint. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int LOG_LINES = 40;

    /** A process ended by signal n has, by the shell's convention that Java follows, the exit code 128 + n. */
    private static final int SIGNALS = 128;

    private static final int KILLED = SIGNALS + 9;
    private static final String OUT_OF_MEMORY =
            " (killed from outside, which is what the system does when memory runs out)";

    private ChildRun() {}

    /**
     * The end of a child process.
     *
     * @param code its exit code: 0 finished, {@link RunWorker#BUSY} open elsewhere, else failed
     * @param log the last {@value #LOG_LINES} lines that it wrote
     */
    record Exit(int code, List<String> log) {

        /** Says so where the child wrote nothing. */
        Exit {
            log = log.isEmpty() ? List.of("(it wrote nothing)") : List.copyOf(log);
        }

        /** The code in words: {@code exit code 1}, {@code signal 15}. */
        String reason() {
            return code > SIGNALS
                    ? "signal " + (code - SIGNALS) + (code == KILLED ? OUT_OF_MEMORY : "")
                    : "exit code " + code;
        }
    }

    /**
     * Runs until the child ends.
     *
     * @param threads how many processors it may use, all where empty
     * @param steps told how far it is
     * @throws InterruptedException if this thread is interrupted; the child has then written a checkpoint and left
     * @throws ExperimentException if there can be no child
     */
    static Exit execute(
            RunConfig config, RunStore store, OptionalInt threads, Consumer<StepLine> steps)
            throws InterruptedException {
        Process child = start(store, threads);
        Deque<String> log = new ArrayDeque<>();
        try {
            BlockingQueue<Optional<String>> lines = lines(child);
            send(child, config.json() + "\n");
            for (Optional<String> next = lines.take(); next.isPresent(); next = lines.take()) {
                String line = next.get();
                StepLine step = StepLine.parse(line);
                if (step != null) {
                    steps.accept(step);
                    continue;
                }
                log.addLast(line);
                if (log.size() > LOG_LINES) {
                    log.removeFirst();
                }
            }
            return new Exit(child.waitFor(), List.copyOf(log));
        } finally {
            end(child);
        }
    }

    /** Leaves the stream open, which tells the child that this JVM is alive. */
    private static void send(Process child, String text) {
        try {
            child.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            child.getOutputStream().flush();
        } catch (IOException e) {
            // The child is dead already: its log and its exit code say more than a broken pipe.
        }
    }

    /**
     * The child's output, line by line, then an empty value. A thread of its own reads it, because reading from a
     * pipe cannot be interrupted, but a cell must be.
     */
    private static BlockingQueue<Optional<String>> lines(Process child) {
        BlockingQueue<Optional<String>> lines = new LinkedBlockingQueue<>();
        Thread reader =
                new Thread(
                        () -> {
                            try (BufferedReader output =
                                    new BufferedReader(
                                            new InputStreamReader(
                                                    child.getInputStream(),
                                                    StandardCharsets.UTF_8))) {
                                output.lines().map(Optional::of).forEach(lines::add);
                            } catch (IOException | UncheckedIOException e) {
                                lines.add(Optional.of("lost the child's output: " + e));
                            } finally {
                                lines.add(Optional.empty());
                            }
                        },
                        "child-output");
        reader.setDaemon(true);
        reader.start();
        return lines;
    }

    private static Process start(RunStore store, OptionalInt threads) {
        List<String> options =
                threads.isPresent()
                        ? List.of("-XX:ActiveProcessorCount=" + threads.getAsInt())
                        : List.of();
        var builder =
                ChildJvm.of(
                                options,
                                "org.bdia.cli.Main",
                                List.of("run", "--worker", "--runs", store.root().toString()))
                        .redirectErrorStream(true);
        Allocator.keepFreed(builder.environment());
        // libtorch sizes its pool by OpenMP's variable, not by what the JVM believes.
        threads.ifPresent(n -> builder.environment().put("OMP_NUM_THREADS", "" + n));
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ExperimentException(
                    "no child JVM could be started by " + builder.command().get(0), e);
        }
    }

    /** Asks the child to write a checkpoint and leave; ends it if it does not, or at a second interrupt. */
    private static void end(Process child) {
        if (!child.isAlive()) {
            return;
        }
        child.destroy();
        // The interrupt that brought us here must not prevent the child's last checkpoint.
        boolean interrupted = Thread.interrupted();
        try {
            if (!child.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                child.destroyForcibly();
            }
        } catch (InterruptedException e) {
            child.destroyForcibly();
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
