package org.bdia.ci.fault;

import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Kills a training run with signal 9 at random times and resumes it; it must always end with the files of an uninterrupted
 * run.
 *
 * <p>Even kills come at a random time between the run's first file and its end. Odd ones wait until a random checkpoint
 * is being written.
 */
final class KillCampaign {

    /** The fewest kills of which some certainly occur while a checkpoint is being written. */
    public static final int MIN_KILLS = 4;

    private static final int CHECKPOINTS = 12;
    private static final int DRAWS = 20;
    private static final long POLL_NANOS = 100_000;
    private static final double MILLION = 1e6;

    private final Path folder;
    private final Random random;
    private final Consumer<String> out;
    private long trainingNanos;

    /**
     * Creates a campaign.
     *
     * @param folder the folder of its runs; those of an earlier campaign are deleted
     * @param seed the random seed for the kill times
     * @param out receives a line per kill
     */
    public KillCampaign(Path folder, long seed, Consumer<String> out) {
        this.folder = folder.toAbsolutePath();
        this.random = new Random(seed);
        this.out = out;
    }

    /** Trains the uninterrupted run that the others are compared with; returns its folder. */
    public Path reference() {
        Path runs = fresh("reference");
        try (TrainingProcess run = TrainingProcess.start(runs)) {
            long started = awaitFirstFile(run);
            if (run.await() != 0) {
                throw new IllegalStateException("the run fails without a fault: " + run.tail());
            }
            trainingNanos = System.nanoTime() - started;
            return run.folder();
        }
    }

    /**
     * Kills and resumes runs.
     *
     * @param reference the folder that {@link #reference} returned
     * @param kills at least {@link #MIN_KILLS}
     */
    public FaultResult run(Path reference, int kills) {
        int same = 0;
        int halfWritten = 0;
        String firstDifference = "";
        for (int i = 0; i < kills; i++) {
            Path runs = fresh("killed");
            String time = killOnce(runs, i);
            halfWritten += RunFiles.hasHalfWritten(folderOf(runs)) ? 1 : 0;
            List<String> differing = resume(runs, reference);
            same += differing.isEmpty() ? 1 : 0;
            if (!differing.isEmpty() && firstDifference.isEmpty()) {
                firstDifference = "; kill " + (i + 1) + ": " + differing;
            }
            String end = differing.isEmpty() ? "the same bytes" : "different: " + differing;
            out.accept(
                    String.format(
                            Locale.ROOT,
                            "kill %d of %d: %s; resumed: %s",
                            i + 1,
                            kills,
                            time,
                            end));
        }
        return FaultResult.of(
                "a run is killed with signal 9 and resumed, " + kills + " times",
                "weights, optimiser, state, metrics and samples byte-identical in every one;"
                        + " at least one died while a checkpoint was being written",
                String.format(
                        Locale.ROOT,
                        "identical in %d of %d; %d died while a checkpoint was being written%s",
                        same,
                        kills,
                        halfWritten,
                        firstDifference),
                same == kills && halfWritten > 0);
    }

    /** Starts the run and kills it; draws another time if the run ended before. */
    private String killOnce(Path runs, int kill) {
        for (int draw = 0; draw < DRAWS; draw++) {
            RunFiles.delete(runs);
            try (TrainingProcess run = TrainingProcess.start(runs)) {
                awaitFirstFile(run);
                String time =
                        kill % 2 == 0
                                ? atRandomTime(run)
                                : duringCheckpoint(run, random.nextInt(CHECKPOINTS));
                if (run.kill()) {
                    return time
                            + ", newest whole checkpoint "
                            + RunFiles.newestCheckpoint(run.folder());
                }
            }
        }
        throw new IllegalStateException(
                String.format(
                        Locale.ROOT,
                        "kill %d: the run ended before its kill %d times in a row; an uninterrupted run"
                                + " took %.0f ms",
                        kill + 1,
                        DRAWS,
                        trainingNanos / MILLION));
    }

    private String atRandomTime(TrainingProcess run) {
        long nanos = (long) (random.nextDouble() * trainingNanos);
        long started = System.nanoTime();
        while (run.isAlive() && System.nanoTime() - started < nanos) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        if (!run.isAlive()) {
            // The machine has become faster: times are drawn from what a run takes now.
            trainingNanos = System.nanoTime() - started;
        }
        return String.format(Locale.ROOT, "after %.0f ms", nanos / MILLION);
    }

    private String duringCheckpoint(TrainingProcess run, int index) {
        long step = index * 3L;
        while (run.isAlive()
                && !(RunFiles.newestCheckpoint(run.folder()) >= step - 3
                        && RunFiles.hasHalfWritten(run.folder()))) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        return "while a checkpoint was being written";
    }

    private static List<String> resume(Path runs, Path reference) {
        try (TrainingProcess run = TrainingProcess.start(runs)) {
            return run.await() == 0
                    ? RunFiles.differences(reference, run.folder())
                    : List.of("it failed: " + run.tail());
        }
    }

    private static Path folderOf(Path runs) {
        return runs.resolve(TrainingProcess.config().id());
    }

    private static long awaitFirstFile(TrainingProcess run) {
        while (run.isAlive() && RunFiles.entries(run.folder()).isEmpty()) {
            LockSupport.parkNanos(POLL_NANOS);
        }
        return System.nanoTime();
    }

    private Path fresh(String name) {
        Path runs = folder.resolve(name);
        RunFiles.delete(runs);
        return runs;
    }
}
