package org.bdia.train;

import ai.djl.nn.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.bdia.io.DurableFiles;

/**
 * The epoch whose weights have the lowest validation {@value #METRIC}, of equal ones the earliest; epoch 0 is before the first step.
 *
 * <p>Its weights are a folder {@code best-STEP} beside the checkpoints, written as they are, without an optimiser: 4 bytes a
 * parameter. Beside the best of all epochs stays the best of those before each checkpoint, from which training may have to go on: at
 * most three, mostly one. Those saved after the checkpoint that a run resumes from are deleted.
 */
final class BestEpoch {

    /** The metric that decides, smaller is better. */
    static final String METRIC = "loss";

    private static final String PREFIX = "best-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,18}");

    private final Path run;
    private final String config;

    /** The fault of the weights that should be there; null if there is none. */
    private String lost;

    private double loss = Double.POSITIVE_INFINITY;
    private long step = -1;

    private BestEpoch(Path run, String config) {
        this.run = run;
        this.config = config;
    }

    /**
     * Returns the best epoch so far. It is {@link #lost} where a checkpoint lacks its whole best weights, as in runs of a toolkit that
     * did not keep them; then none are kept.
     *
     * @param run the run's folder; null to keep no weights
     * @param resumed what training goes on from
     */
    static BestEpoch of(Path run, String config, Optional<Checkpoint> resumed) {
        var best = new BestEpoch(run, config);
        if (run != null && Files.isDirectory(run)) {
            try {
                best.readUpTo(resumed.map(checkpoint -> checkpoint.state().step()).orElse(-1L));
            } catch (IOException e) {
                throw CheckpointFolder.unreadableRun(run, e);
            }
        }
        return best;
    }

    private void readUpTo(long last) throws IOException {
        Optional<Path> newest = Optional.empty();
        for (Path folder : CheckpointFolder.newestFirst(run, NAME)) {
            if (CheckpointFolder.step(folder) > last) {
                DurableFiles.deleteTree(folder);
            } else if (newest.isEmpty()) {
                newest = Optional.of(folder);
            }
        }
        if (newest.isEmpty()) {
            lost =
                    last < 0
                            ? null
                            : run
                                    + ": expected the weights of the epoch with the lowest validation loss beside the"
                                    + " checkpoint, found none";
            return;
        }
        try {
            CheckpointState state = CheckpointFolder.read(newest.get(), config);
            loss = state.validationLoss();
            step = state.step();
        } catch (CheckpointFolder.DamagedException e) {
            lost = e.getMessage();
        }
    }

    /**
     * Keeps the weights if they are better than all before.
     *
     * @return whether they are
     * @throws java.io.UncheckedIOException if they cannot be written
     */
    boolean offer(long madeSteps, double validationLoss, Block model) {
        if (lost != null || !(validationLoss < loss)) {
            return false;
        }
        if (run != null) {
            try {
                Path target = run.resolve(PREFIX + madeSteps);
                Files.createDirectories(run);
                CheckpointFolder.deleteTemporaries(run);
                CheckpointFolder.publish(
                        run,
                        target,
                        temporary ->
                                CheckpointState.of(
                                        config,
                                        madeSteps,
                                        0,
                                        null,
                                        CheckpointFolder.write(
                                                temporary.resolve(CheckpointFolder.WEIGHTS),
                                                Weights.of(model)),
                                        null,
                                        validationLoss));
                prune(run);
            } catch (IOException e) {
                throw CheckpointFolder.unwritable(run, e);
            }
        }
        loss = validationLoss;
        step = madeSteps;
        return true;
    }

    /** Returns the steps made when the best epoch ended, −1 before the first evaluation. */
    long step() {
        return step;
    }

    /** Returns what is wrong if earlier epochs may have been better than what is kept, so that nothing is. */
    Optional<String> lost() {
        return Optional.ofNullable(lost);
    }

    /**
     * Copies the best weights up to a checkpoint, if the run has them whole.
     *
     * @return false if they vanished meanwhile
     * @throws IOException if the copy cannot be written
     */
    static boolean copy(Path run, long checkpoint, String config, Path to) throws IOException {
        List<Path> all;
        try {
            all = CheckpointFolder.newestFirst(run, NAME);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw CheckpointFolder.unreadableRun(run, e);
        }
        Optional<Path> best =
                all.stream()
                        .filter(folder -> CheckpointFolder.step(folder) <= checkpoint)
                        .findFirst();
        return best.isEmpty()
                || CheckpointFolder.copy(best.get(), config, to)
                || Files.exists(best.get());
    }

    /** Deletes all but the best and the best up to each checkpoint. */
    static void prune(Path run) throws IOException {
        List<Path> all = CheckpointFolder.newestFirst(run, NAME);
        Set<Path> kept = new HashSet<>(all.subList(0, Math.min(1, all.size())));
        for (long checkpoint : Checkpoint.steps(run)) {
            all.stream()
                    .filter(folder -> CheckpointFolder.step(folder) <= checkpoint)
                    .findFirst()
                    .ifPresent(kept::add);
        }
        for (Path folder : all) {
            if (!kept.contains(folder)) {
                DurableFiles.deleteTree(folder);
            }
        }
    }

    /** Whether a run has best weights, whole or not. */
    static boolean exists(Path run) {
        try {
            return !CheckpointFolder.newestFirst(run, NAME).isEmpty();
        } catch (IOException e) {
            throw CheckpointFolder.unreadableRun(run, e);
        }
    }

    /**
     * Returns the file of the best weights of a finished run.
     *
     * @throws IllegalArgumentException if there is none, or it is damaged or of another configuration
     */
    static Path find(Path run, String config) {
        return CheckpointFolder.newestWeights(
                run,
                NAME,
                config,
                ": expected the weights of the epoch with the lowest validation loss, "
                        + PREFIX
                        + "STEP, found none: the run has no validation data, was restored from an archive,"
                        + " or began before such weights were kept; use the weights of the last epoch, or"
                        + " remove the folder and train it again without an archive",
                "; use the weights of the last epoch, or remove the run's folder and run it again");
    }
}
