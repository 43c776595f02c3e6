package org.bdia.train;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import org.bdia.io.DurableFiles;

/**
 * A folder {@code checkpoint-STEP} with all that a run needs to go on: weights and optimiser state as safetensors,
 * and {@code state.json}, which is written last and carries the SHA-256 of both and of itself.
 *
 * <p>The folder is made under another name, synced to disk and moved, so that it is there whole or not at all. A run keeps two,
 * each of 4 bytes a parameter and, for AdamW, 8 of its moments, and beside them the weights of its best validation epoch, 4 bytes a
 * parameter, at most three times while it trains, see {@link BestEpoch}.
 */
public final class Checkpoint {

    private static final String PREFIX = "checkpoint-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,18}");

    /** Copying races with the writer's pruning; five attempts are enough. */
    private static final int TRIES = 5;

    private final Path folder;
    private final CheckpointState state;

    private Checkpoint(Path folder, CheckpointState state) {
        this.folder = folder;
        this.state = state;
    }

    /**
     * Writes a checkpoint, unless a whole one of this step is there already, and deletes all others but the newest
     * whole one before it: newer ones are of a course that the run has left.
     *
     * @param gradientNorm of the last step where the next one is clipped by it, else null
     */
    static Path save(
            Path run,
            String config,
            long step,
            double lossSum,
            Double gradientNorm,
            Block model,
            Optimizer optimizer) {
        try {
            Files.createDirectories(run);
            CheckpointFolder.deleteTemporaries(run);
            Path target = run.resolve(PREFIX + step);
            if (!CheckpointFolder.isWhole(target, config)) {
                CheckpointFolder.publish(
                        run,
                        target,
                        temporary ->
                                CheckpointState.of(
                                        config,
                                        step,
                                        lossSum,
                                        gradientNorm,
                                        CheckpointFolder.write(
                                                temporary.resolve(CheckpointFolder.WEIGHTS),
                                                Weights.of(model)),
                                        CheckpointFolder.write(
                                                temporary.resolve(CheckpointFolder.OPTIMIZER),
                                                optimizer.state()),
                                        null));
            }
            prune(run, step, config);
            BestEpoch.prune(run);
            return target;
        } catch (IOException e) {
            throw CheckpointFolder.unwritable(run, e);
        }
    }

    private static void prune(Path run, long step, String config) throws IOException {
        boolean kept = false;
        for (Path folder : CheckpointFolder.newestFirst(run, NAME)) {
            boolean older = CheckpointFolder.step(folder) < step;
            if (older && !kept && CheckpointFolder.isWhole(folder, config)) {
                kept = true;
            } else if (CheckpointFolder.step(folder) != step) {
                DurableFiles.deleteTree(folder);
            }
        }
    }

    /**
     * The newest checkpoint of a run that is whole.
     *
     * @param run the run's folder
     * @param config the hash that the checkpoint must carry
     * @param refused told of every newer one that is damaged: its step, and what is wrong with it
     * @return empty if the run has none
     * @throws IllegalArgumentException if all are damaged, or the newest whole one is of another configuration or
     *     format
     */
    static Optional<Checkpoint> latest(Path run, String config, BiConsumer<Long, String> refused) {
        if (!Files.isDirectory(run)) {
            return Optional.empty();
        }
        try {
            List<Path> all = CheckpointFolder.newestFirst(run, NAME);
            for (Path folder : all) {
                try {
                    return Optional.of(
                            new Checkpoint(folder, CheckpointFolder.read(folder, config)));
                } catch (CheckpointFolder.DamagedException e) {
                    refused.accept(CheckpointFolder.step(folder), e.getMessage());
                    if (folder.equals(all.get(all.size() - 1))) {
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT,
                                        "none of the %d checkpoints in %s is whole; the oldest: %s;"
                                                + " delete them to start over",
                                        all.size(),
                                        run,
                                        e.getMessage()),
                                e);
                    }
                }
            }
            return Optional.empty();
        } catch (IOException e) {
            throw CheckpointFolder.unreadableRun(run, e);
        }
    }

    /**
     * Copies the newest whole checkpoint of several folders, and the weights of the best epoch before it, to another folder. Processes
     * may be writing the former ones: what they delete meanwhile is looked for once more.
     *
     * @param runs folders of the same run
     * @param config the hash that the checkpoint must carry
     * @param to a folder without checkpoints
     * @return the folder that the checkpoint is from; empty if there is none
     * @throws java.io.UncheckedIOException if a folder cannot be read or written
     */
    public static Optional<Path> copyNewest(List<Path> runs, String config, Path to) {
        for (int tries = 0; tries < TRIES; tries++) {
            Optional<Path> newest = newest(runs, config);
            if (newest.isEmpty() || copied(newest.get(), config, to)) {
                return newest.map(Path::getParent);
            }
        }
        return Optional.empty();
    }

    private static Optional<Path> newest(List<Path> runs, String config) {
        Optional<Path> newest = Optional.empty();
        for (Path run : runs) {
            try {
                for (Path folder : CheckpointFolder.newestFirst(run, NAME)) {
                    boolean newer =
                            newest.isEmpty()
                                    || CheckpointFolder.step(folder)
                                            > CheckpointFolder.step(newest.get());
                    if (newer && CheckpointFolder.isWhole(folder, config)) {
                        newest = Optional.of(folder);
                    }
                }
            } catch (NoSuchFileException e) {
                // Published or deleted meanwhile.
            } catch (IOException e) {
                throw CheckpointFolder.unreadableRun(run, e);
            }
        }
        return newest;
    }

    /** As long as a checkpoint is there, so are the best weights before it: it is looked for again at the end. */
    private static boolean copied(Path checkpoint, String config, Path to) {
        try {
            boolean whole =
                    CheckpointFolder.copy(checkpoint, config, to)
                            && BestEpoch.copy(
                                    checkpoint.getParent(),
                                    CheckpointFolder.step(checkpoint),
                                    config,
                                    to)
                            && CheckpointFolder.isWhole(checkpoint, config);
            if (!whole) {
                for (Path folder : CheckpointFolder.newestFirst(to, NAME)) {
                    DurableFiles.deleteTree(folder);
                }
            }
            return whole;
        } catch (IOException e) {
            throw CheckpointFolder.unwritable(to, e);
        }
    }

    /**
     * Copies the weights of a finished run's last epoch into a model, to use them, or to go on from them with another task.
     *
     * @param run the run's folder
     * @param config the hash that the checkpoint must carry
     * @throws IllegalArgumentException if the run has no checkpoint, or the weights of its newest are damaged, so that only
     *     those of an earlier epoch are left, or it is of another configuration or model
     */
    public static void loadWeights(Path run, String config, Block model) {
        Path weights =
                CheckpointFolder.newestWeights(
                        run,
                        NAME,
                        config,
                        ": expected a checkpoint, found none; train the run first, or, if it was restored from an"
                                + " archive, which has no weights, remove the folder and train it again without the"
                                + " archive",
                        "; no other checkpoint has the weights of the last epoch: remove the run's folder and train"
                                + " it again");
        Weights.load(weights, model);
    }

    /**
     * Copies the weights of the epoch with the lowest validation loss, see {@link BestEpoch}, into a model.
     *
     * @param run the folder of a finished run
     * @param config the hash that the weights must carry
     * @throws IllegalArgumentException if the run has no such weights, or they are damaged or of another configuration or model
     */
    public static void loadBestWeights(Path run, String config, Block model) {
        Weights.load(BestEpoch.find(run, config), model);
    }

    /**
     * Returns the steps made when the epoch with the lowest validation loss ended; empty if a run does not have its weights.
     *
     * @throws IllegalArgumentException if they are damaged or of another configuration
     */
    public static OptionalLong bestStep(Path run, String config) {
        return BestEpoch.exists(run)
                ? OptionalLong.of(CheckpointFolder.step(BestEpoch.find(run, config).getParent()))
                : OptionalLong.empty();
    }

    /**
     * Copies weights and optimiser state into a model and its optimiser, all of them or nothing.
     *
     * @throws IllegalArgumentException if they belong to another model; names the tensor
     */
    void restore(Block model, Optimizer into) {
        NDList targets = Weights.of(model);
        Safetensors weights = Safetensors.open(folder.resolve(CheckpointFolder.WEIGHTS));
        Safetensors moments = Safetensors.open(folder.resolve(CheckpointFolder.OPTIMIZER));
        weights.requireSame(targets);
        moments.requireSame(into.state());
        weights.copyTo(targets);
        moments.copyTo(into.state());
        into.resumeAt(state.step());
    }

    /** The folder. */
    Path folder() {
        return folder;
    }

    /** The values that are not tensors. */
    CheckpointState state() {
        return state;
    }

    /** Returns the steps of all checkpoints, whole or not. */
    static List<Long> steps(Path run) throws IOException {
        return CheckpointFolder.newestFirst(run, NAME).stream()
                .map(CheckpointFolder::step)
                .toList();
    }
}
