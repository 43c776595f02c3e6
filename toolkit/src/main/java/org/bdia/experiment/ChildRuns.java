package org.bdia.experiment;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.bdia.notebook.Notebook;
import org.bdia.notebook.Progress;
import org.bdia.reversible.Allocator;
import org.bdia.reversible.ClassPath;
import org.bdia.run.RunConfig;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;

/**
 * Runs, each in a child JVM of its own, so that memory figures are clean and a run that dies takes nobody along.
 *
 * <p>The child gets the configuration on its standard input, which then stays open: when it ends, because this JVM
 * ended, the child writes a checkpoint and leaves.
 */
final class ChildRuns {

    private static final int LOG_LINES = 40;

    /** A process ended by signal n has, by the shell's convention that Java follows, the exit code 128 + n. */
    private static final int SIGNALS = 128;

    private static final int KILLED = SIGNALS + 9;
    private static final String OUT_OF_MEMORY =
            " (killed from outside, which is what the system does when memory runs out)";

    private ChildRuns() {}

    /** One run to be finished, and the line of the comparison that it belongs to. */
    record Planned(Variant variant, RunConfig config) {}

    /** One finished run. */
    record Outcome(Variant variant, RunConfig config, RunRecord record) {}

    /**
     * Finishes every run that is not finished, one after the other, and reads them all.
     *
     * @throws ExperimentException if a child dies, once all other runs are finished; or at once if this thread is
     *     interrupted
     */
    static List<Outcome> complete(List<Planned> runs, RunStore store) {
        List<Planned> open = runs.stream().filter(r -> !store.isDone(r.config().id())).toList();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            RunConfig config = open.get(i).config();
            String title =
                    String.format(
                            "run %d of %d · %s, seed %d",
                            i + 1, open.size(), open.get(i).variant().label(), config.seed());
            execute(config, store, Notebook.progress(title)).ifPresent(failures::add);
        }
        if (!failures.isEmpty()) {
            throw new ExperimentException(
                    String.format(
                            "%d of %d runs failed; the others are finished, and are not run again next time%n%s",
                            failures.size(),
                            open.size(),
                            String.join(System.lineSeparator(), failures)));
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Planned run : runs) {
            RunConfig config = run.config();
            outcomes.add(new Outcome(run.variant(), config, store.read(config.id())));
        }
        return outcomes;
    }

    /** Carries one run out; returns what went wrong, with the end of the child's log. */
    private static Optional<String> execute(RunConfig config, RunStore store, Progress progress) {
        Process child = start(store);
        Deque<String> log = new ArrayDeque<>();
        try {
            BlockingQueue<Optional<String>> lines = lines(child);
            send(child, config.json() + "\n");
            for (Optional<String> next = lines.take(); next.isPresent(); next = lines.take()) {
                String line = next.get();
                StepLine step = StepLine.parse(line);
                if (step != null) {
                    progress.update(step.samples(), step.total(), step.text());
                    continue;
                }
                log.addLast(line);
                if (log.size() > LOG_LINES) {
                    log.removeFirst();
                }
            }
            int exit = child.waitFor();
            return exit == 0 ? Optional.empty() : Optional.of(failure(config, exit, log));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExperimentException(
                    "interrupted; run " + config.id() + " goes on from its checkpoint next time",
                    e);
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

    private static Process start(RunStore store) {
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        List<String> command =
                List.of(
                        java.toString(),
                        "-cp",
                        ClassPath.current(),
                        "org.bdia.cli.Main",
                        "run",
                        "--worker",
                        "--runs",
                        store.root().toString());
        try {
            var builder = new ProcessBuilder(command).redirectErrorStream(true);
            Allocator.keepFreed(builder.environment());
            return builder.start();
        } catch (IOException e) {
            throw new ExperimentException("no child JVM could be started by " + java, e);
        }
    }

    /** Asks the child to write a checkpoint and leave; ends it if it does not, or at a second interrupt. */
    private static void end(Process child) {
        if (!child.isAlive()) {
            return;
        }
        child.destroy();
        // The interrupt that brought us here must not cut the child's last words short.
        boolean interrupted = Thread.interrupted();
        try {
            if (!child.waitFor(60, TimeUnit.SECONDS)) {
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

    private static String failure(RunConfig config, int exit, Deque<String> log) {
        return String.format(
                "run %s (%s, seed %d) failed with %s; the end of its log:%n%s",
                config.id(),
                config.method().label(),
                config.seed(),
                exit > SIGNALS
                        ? "signal " + (exit - SIGNALS) + (exit == KILLED ? OUT_OF_MEMORY : "")
                        : "exit code " + exit,
                log.isEmpty() ? "(it wrote nothing)" : String.join(System.lineSeparator(), log));
    }
}
