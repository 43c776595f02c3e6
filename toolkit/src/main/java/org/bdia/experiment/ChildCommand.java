package org.bdia.experiment;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bdia.data.DataFolder;
import org.bdia.io.ChildJvm;
import org.bdia.run.Build;
import org.bdia.run.RunStore;
import org.bdia.torch.Allocator;

/**
 * How a run is executed in a process of its own, on this machine or on another.
 *
 * <p>The process reads the run's canonical JSON from the first line of its standard input, which then stays open: when it ends, because
 * the parent ended, or at SIGTERM the process writes a checkpoint and leaves. Of its output, lines that begin with
 * {@value #STEP} are {@linkplain StepLine progress}, all others its log. {@link RunPlace.Exit} says what its exit code means.
 *
 * <p>On other machines, {@link #execute}, {@link #with} and {@link #missing} need no library.
 *
 * @param command the program and its arguments
 * @param environment variables that differ from those of the parent
 */
public record ChildCommand(List<String> command, Map<String, String> environment)
        implements Serializable {

    /** How a line of progress begins. */
    public static final String STEP = "@step ";

    /** Time limit for a child's last checkpoint. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final int LOG_LINES = 40;
    private static final String CLASS_PATH = "-cp";
    private static final String THREADS = "OMP_NUM_THREADS";

    /** Copies command and environment. */
    public ChildCommand {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /**
     * The command for the runs of a folder, with this JVM's class path.
     *
     * @param threads how many processors a run may use, 1 or more
     */
    static ChildCommand of(RunStore store, int threads) {
        return of(store, threads, List.of());
    }

    /**
     * The command for attempts at runs on other machines, which see the same folder and have the same build of the toolkit, see
     * {@link RunStore#openAttempt}. It has as many threads as OMP_NUM_THREADS says, else one, and this JVM's BDIA_ variables. The
     * other machine names its own Java, see {@link #with}.
     *
     * @param classPath the toolkit's class path there; empty for that of this JVM
     */
    public static ChildCommand attempt(RunStore store, Optional<String> classPath) {
        int threads = Capacity.threads(1);
        var here =
                of(store, threads, List.of("--attempt", "--build", Build.ofThisToolkit().text()));
        List<String> command = new ArrayList<>(here.command);
        int path = command.indexOf(CLASS_PATH) + 1;
        command.set(path, classPath.orElse(absolute(command.get(path))));
        Map<String, String> variables = new HashMap<>(here.environment);
        System.getenv().entrySet().stream()
                .filter(variable -> variable.getKey().startsWith("BDIA_"))
                .forEach(variable -> variables.put(variable.getKey(), variable.getValue()));
        variables.put("BDIA_DATA", DataFolder.fromEnvironment().path().toAbsolutePath().toString());
        variables.put(THREADS, "" + threads);
        return new ChildCommand(command, variables);
    }

    private static String absolute(String classPath) {
        return Stream.of(classPath.split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    private static ChildCommand of(RunStore store, int threads, List<String> options) {
        List<String> arguments = new ArrayList<>(List.of("run", "--worker", "--runs"));
        arguments.add(store.root().toString());
        arguments.addAll(options);
        var builder =
                ChildJvm.of(
                        List.of("-XX:ActiveProcessorCount=" + threads),
                        "org.bdia.cli.Main",
                        arguments);
        Map<String, String> changed = new HashMap<>(builder.environment());
        Allocator.keepFreed(changed);
        // libtorch sizes its pool by OpenMP's variable, not by what the JVM believes.
        changed.put(THREADS, "" + threads);
        changed.entrySet().removeAll(System.getenv().entrySet());
        return new ChildCommand(builder.command(), changed);
    }

    /** Returns the same command with another program, and further variables. */
    public ChildCommand with(String program, Map<String, String> variables) {
        List<String> other = new ArrayList<>(command);
        other.set(0, program);
        Map<String, String> all = new HashMap<>(environment);
        all.putAll(variables);
        return new ChildCommand(other, all);
    }

    /** Returns the entries of the class path that this machine does not have. */
    public List<String> missing() {
        String classPath = command.get(command.indexOf(CLASS_PATH) + 1);
        return Stream.of(classPath.split(File.pathSeparator, -1))
                .filter(entry -> !Files.exists(Path.of(entry)))
                .toList();
    }

    /**
     * Runs until the process ends.
     *
     * @param json the run's configuration, in one line
     * @param steps told every line of progress
     * @throws InterruptedException if this thread is interrupted; the process has then written a checkpoint and left
     * @throws ExperimentException if the process cannot be started
     */
    public RunPlace.Exit execute(String json, Consumer<String> steps) throws InterruptedException {
        Process child = start();
        Deque<String> log = new ArrayDeque<>();
        try {
            BlockingQueue<Optional<String>> lines = lines(child);
            send(child, json + "\n");
            for (Optional<String> next = lines.take(); next.isPresent(); next = lines.take()) {
                String line = next.get();
                if (line.startsWith(STEP)) {
                    steps.accept(line);
                    continue;
                }
                log.addLast(line);
                if (log.size() > LOG_LINES) {
                    log.removeFirst();
                }
            }
            return new RunPlace.Exit(child.waitFor(), List.copyOf(log));
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

    private Process start() {
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new ExperimentException("no child JVM could be started by " + command.get(0), e);
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
