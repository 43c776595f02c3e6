package org.bdia.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.RunPlace;
import org.bdia.experiment.RunWorker;
import org.bdia.experiment.StepLine;
import org.bdia.experiment.SweepPlan;
import org.bdia.run.Build;
import org.bdia.run.RunBusyException;
import org.bdia.run.RunStore;
import org.bdia.train.TrainEvent;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Trains one configuration, or resumes it from its checkpoint. */
@Command(
        name = "run",
        description =
                "Trains one configuration, or resumes it from its checkpoint."
                        + " Ctrl-C writes a checkpoint and stops.")
final class RunCommand implements Callable<Integer> {

    private static final Duration BETWEEN_LINES = Duration.ofMillis(200);
    private static final Duration CHECKPOINT_LIMIT = Duration.ofSeconds(50);

    @Parameters(
            arity = "0..1",
            paramLabel = "CONFIG",
            description = "A config.json, as in every run's folder.")
    private Path file;

    @Option(
            names = "--runs",
            paramLabel = "FOLDER",
            description = "Folder of the runs; default: BDIA_RUNS, else runs.")
    private Path runs;

    @Option(
            names = "--worker",
            hidden = true,
            description = "Reads the configuration from the first line of standard input.")
    private boolean worker;

    @Option(
            names = "--attempt",
            hidden = true,
            description =
                    "Writes in a folder of its own, which becomes the run when it is finished.")
    private boolean attempt;

    @Option(
            names = "--build",
            hidden = true,
            description = "Refuses to begin unless this is the build of the toolkit.")
    private String build;

    @Spec private CommandSpec spec;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    private long lastLine = System.nanoTime() - BETWEEN_LINES.toNanos();

    @Override
    public Integer call() throws IOException {
        String own = Build.ofThisToolkit().text();
        if (build != null && !build.equals(own)) {
            out.println("this machine has the toolkit " + own + ", but the sweep's is " + build);
            return RunPlace.Exit.UNFIT;
        }
        RunConfig config = worker ? fromParent() : fromFile();
        RunStore store = runs == null ? RunStore.fromEnvironment() : RunStore.at(runs);
        if (worker) {
            return train(config, store);
        }
        int exit = 0;
        for (SweepPlan.Item item : SweepPlan.of(List.of(config)).items()) {
            exit = exit == 0 ? train(item.config(), store) : exit;
        }
        return exit;
    }

    private int train(RunConfig config, RunStore store) throws IOException {
        if (store.isDone(config.id())) {
            out.println("run " + config.id() + " is finished: " + store.root());
            return 0;
        }
        CountDownLatch left = new CountDownLatch(1);
        checkpointOnSignal(left);
        boolean finished;
        try {
            var run = new RunWorker(config, store, DataFolder.fromEnvironment());
            finished =
                    (attempt ? run.asAttempt() : run)
                            .work(event -> print(event, config), stop::get);
        } catch (RunBusyException e) {
            out.println("bdia: " + e.getMessage());
            return RunPlace.Exit.BUSY;
        } finally {
            left.countDown();
        }
        out.println(
                "run " + config.id() + (finished ? " is finished" : " stopped at a checkpoint"));
        return finished ? 0 : 1;
    }

    private RunConfig fromFile() {
        if (file == null) {
            throw new ParameterException(
                    spec.commandLine(), "run needs a CONFIG, or see bdia run --help");
        }
        return Json.read(file, RunConfig.class);
    }

    private RunConfig fromParent() throws IOException {
        BufferedReader input =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        RunConfig config = Json.parse(input.readLine(), RunConfig.class, "standard input");
        Thread watch = new Thread(() -> stopAtEnd(input), "parent-watch");
        watch.setDaemon(true);
        watch.start();
        return config;
    }

    /** Stops the training when standard input ends, as it does when the parent ends. */
    private void stopAtEnd(BufferedReader input) {
        try {
            input.transferTo(Writer.nullWriter()); // nothing is expected
        } catch (IOException e) {
            // A broken pipe is an end, too.
        }
        stop.set(true);
    }

    /** Gives the training time to write its checkpoint: the JVM waits for its hooks. */
    private void checkpointOnSignal(CountDownLatch left) {
        Runtime.getRuntime()
                .addShutdownHook(
                        new Thread(
                                () -> {
                                    stop.set(true);
                                    try {
                                        left.await(CHECKPOINT_LIMIT.toSeconds(), TimeUnit.SECONDS);
                                    } catch (InterruptedException e) {
                                        Thread.currentThread().interrupt();
                                    }
                                }));
    }

    private void print(TrainEvent event, RunConfig config) {
        if (event instanceof TrainEvent.Step step) {
            long now = System.nanoTime();
            boolean last = step.step() == step.totalSteps();
            if (last || now - lastLine >= BETWEEN_LINES.toNanos()) {
                lastLine = now;
                out.println(StepLine.format(step, config.train().batch()));
            }
        } else if (event instanceof TrainEvent.Resumed resumed) {
            out.println(StepLine.format(resumed, config.train().batch()));
        } else {
            out.println(event);
        }
    }
}
