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
 * {@code bdia run} in a process, on a run of seconds: a tiny vision transformer on generated images, a checkpoint every
 * three steps.
 */
record TrainingProcess(Path runs, Path log, Process process) implements AutoCloseable {

    private static final long LIMIT_SECONDS = 300;
    private static final int TAIL = 12;

    /** The exit code after signal 9. */
    private static final int KILLED = 128 + 9;

    /** Returns the run's configuration: twelve epochs of three steps, each with an evaluation and a checkpoint. */
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

    /** Starts or resumes the run in a folder of runs; its output goes to a file beside that folder, named after it. */
    static TrainingProcess start(Path runs) {
        return start(runs, runs.getFileName() + ".log");
    }

    /** Starts a second process beside the first, with another log. */
    static TrainingProcess start(Path runs, String logName) {
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
            return new TrainingProcess(runs, log, builder.start());
        } catch (IOException e) {
            throw new IllegalStateException("no run could be started in " + runs + ": " + e, e);
        }
    }

    /** Returns the run's folder. */
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
     * Kills the process with signal 9 and waits for its end.
     *
     * @return whether the signal ended it; false if it had ended before
     */
    boolean kill() {
        process.destroyForcibly();
        return await() == KILLED;
    }

    /** Waits for the end of the process; returns its exit code. */
    int await() {
        try {
            if (process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            process.destroyForcibly();
            throw new IllegalStateException(
                    "the run in " + runs + " did not end within " + LIMIT_SECONDS + " s");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Returns all output. */
    String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new IllegalStateException(log + " cannot be read: " + e, e);
        }
    }

    /** Returns the end of the output, for a result. */
    String tail() {
        List<String> lines = output().lines().toList();
        return String.join(" | ", lines.subList(Math.max(0, lines.size() - TAIL), lines.size()));
    }

    /** Kills the process if it still runs. */
    @Override
    public void close() {
        if (process.isAlive()) {
            kill();
        }
    }
}
