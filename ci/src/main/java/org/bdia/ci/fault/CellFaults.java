package org.bdia.ci.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.bdia.kernel.CellError;
import org.bdia.kernel.CellEvaluator;
import org.bdia.run.RunStore;

/**
 * Faults of a notebook that trains: its cell is interrupted, or the child process of a run is killed. The environment
 * variable BDIA_RUNS names the folder of the runs.
 */
final class CellFaults {

    private static final long LIMIT_SECONDS = 300;
    private static final long POLL_MILLIS = 5;

    private static final String SETUP =
            """
            import org.bdia.experiment.*;
            import org.bdia.config.*;
            var small = Experiment.cifar10()
                    .task(t -> t.withSynthetic(true).withSizes(50, 10, 10))
                    .model(m -> m.withWidth(8).withMlp(8).withDepth(2))
                    .train(t -> t.withBatch(10).withEpochs(2))
                    .methods(Method.bdia(0.5));
            var endless = small.train(t -> t.withEpochs(1_000_000).withCheckpointEvery(1_000_000));
            """;

    private final Path runs = RunStore.fromEnvironment().root();

    /** Injects both faults in one session; the second also shows that the first left it usable. */
    public List<FaultResult> run() {
        RunFiles.delete(runs);
        try (CellEvaluator cells = new CellEvaluator()) {
            cells.evaluate(SETUP);
            return List.of(interrupted(cells), killed(cells));
        }
    }

    private FaultResult interrupted(CellEvaluator cells) {
        String id = (String) cells.evaluate("endless.configs().get(0).id()");
        Path metrics = runs.resolve(id).resolve("metrics.csv");
        var cell = start(cells, "endless.run()");
        await(cell, () -> Files.exists(metrics) && metrics.toFile().length() > 200);
        cells.interrupt();
        String printed = end(cell);
        long step = RunFiles.newestCheckpoint(runs.resolve(id));
        boolean usable = Integer.valueOf(2).equals(cells.evaluate("1 + 1"));
        RunFiles.delete(runs.resolve(id));
        return FaultResult.of(
                "a cell that trains is interrupted",
                "a checkpoint of its last step, no child left, the kernel usable",
                String.format(
                        Locale.ROOT,
                        "%s; checkpoint of step %d; %d children left; kernel %s",
                        firstLine(printed),
                        step,
                        ProcessHandle.current().children().count(),
                        usable ? "usable" : "NOT usable"),
                step > 0 && usable && ProcessHandle.current().children().findAny().isEmpty());
    }

    private FaultResult killed(CellEvaluator cells) {
        String first = (String) cells.evaluate("small.seeds(2).configs().get(0).id()");
        String second = (String) cells.evaluate("small.seeds(2).configs().get(1).id()");
        Path owner = runs.resolve(first).resolve("lock.owner");
        var cell = start(cells, "small.seeds(2).run()");
        await(cell, () -> Files.exists(owner));
        RunFiles.owner(runs.resolve(first)).destroyForcibly(); // the two runs train side by side
        String printed = end(cell);
        boolean reported =
                printed.contains("run " + first) && printed.contains("it ended with signal 9");
        boolean otherDone = Files.exists(runs.resolve(second).resolve("DONE"));
        String again = end(start(cells, "small.seeds(2).run(); 1"));
        boolean resumed = Files.exists(runs.resolve(first).resolve("DONE"));
        return FaultResult.of(
                "the child of the first of two runs is killed",
                "it is reported with its log, the other run is finished, the cell run again finishes the first",
                String.format(
                        Locale.ROOT,
                        "%s; the other run %s; run again: %s, the first run %s",
                        reported ? "reported with signal 9" : "NOT reported: " + printed,
                        otherDone ? "is finished" : "is NOT finished",
                        firstLine(again),
                        resumed ? "is finished" : "is NOT finished"),
                reported && otherDone && resumed);
    }

    private static CompletableFuture<String> start(CellEvaluator cells, String code) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return String.valueOf(cells.evaluate(code));
                    } catch (CellError e) {
                        return String.join("\n", e.lines());
                    }
                });
    }

    private static void await(CompletableFuture<String> cell, BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (cell.isDone()) {
                throw new IllegalStateException("the cell ended before its fault: " + end(cell));
            }
            try {
                Thread.sleep(POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("interrupted", e);
            }
        }
    }

    private static String end(CompletableFuture<String> cell) {
        try {
            return cell.get(LIMIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new IllegalStateException("the cell did not end: " + e, e);
        }
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse("");
    }
}
