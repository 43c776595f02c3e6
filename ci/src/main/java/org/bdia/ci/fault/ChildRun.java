package org.bdia.ci.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.io.ChildJvm;

/**
 * {@code bdia run} in a process of its own, on a run of seconds: a tiny vision transformer on generated images, a
 * checkpoint every three steps.
 */
final class ChildRun implements AutoCloseable {

    private static final long LIMIT_SECONDS = 300;
    private static final int TAIL = 12;

    /** The exit code of a process that signal 9 ended. */
    private static final int KILLED = 128 + 9;

    private final Path runs;
    private final Path log;
    private final Process process;

    private ChildRun(Path runs, Path log, Process process) {
        this.runs = runs;
        this.log = log;
        this.process = process;
    }

    /** Twelve epochs of three steps, each with an evaluation and a checkpoint. */
    static RunConfig config() {
        return new RunConfig(
                new TaskConfig.Images(Cifar.Kind.CIFAR_10, 30, 10, 10, true, 0, true),
                VitConfig.smoke().withWidth(16).withMlp(32).withDepth(3).withDropout(0.1),
                Method.bdia(0.5),
                Backprop.REVERSIBLE,
                true,
                TrainConfig.of(12, 10, 1e-3),
                1);
    }

    /** Starts or resumes the run in a folder of runs; what it prints goes to a file beside that folder, named after it. */
    static ChildRun start(Path runs) {
        return start(runs, runs.getFileName() + ".log");
    }

    /** The same with a log of another name, for a second process beside the first. */
    static ChildRun start(Path runs, String logName) {
        Path log = runs.resolveSibling(logName);
        Path config = runs.resolveSibling(runs.getFileName() + ".json");
        try {
            Files.createDirectories(runs);
            Files.writeString(config, config().json());
            ProcessBuilder builder =
                    ChildJvm.of(
                                    List.of(),
                                    "org.bdia.cli.Main",
                                    List.of("run", "--runs", runs.toString(), config.toString()))
                            .redirectErrorStream(true)
                            .redirectOutput(log.toFile());
            return new ChildRun(runs, log, builder.start());
        } catch (IOException e) {
            throw new FaultException("no run could be started in " + runs + ": " + e, e);
        }
    }

    /** The run's folder. */
    Path folder() {
        return runs.resolve(config().id());
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /**
     * Ends it with signal 9 and waits until it is gone.
     *
     * @return whether that is what it died of; false if it had ended before
     */
    boolean kill() {
        process.destroyForcibly();
        return await() == KILLED;
    }

    /** Waits for its end; returns the exit code. */
    int await() {
        try {
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new FaultException(
                    "the run in " + runs + " did not end within " + LIMIT_SECONDS + " s", null);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FaultException("interrupted", e);
        }
    }

    /** All that it has printed. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new FaultException(log + " cannot be read: " + e, e);
        }
    }

    /** The end of what it has printed, for a finding. */
    String tail() {
        List<String> lines = output().lines().toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    }

    /** Leaves no process behind. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
