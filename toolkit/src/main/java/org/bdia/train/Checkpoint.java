package org.bdia.train;

import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bdia.io.DurableFiles;
import org.bdia.io.Sha256;

/**
 * A folder {@code checkpoint-STEP} with all that a run needs to go on: weights and optimiser state as safetensors,
 * and {@code state.json}, which is written last and carries the SHA-256 of both and of itself.
 *
 * <p>The folder is made under another name, synced to disk and moved, so that it is there whole or not at all.
 */
public final class Checkpoint {

    private static final String PREFIX = "checkpoint-";
    private static final String WEIGHTS = "weights.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String STATE = "state.json";
    private static final String TEMPORARY = ".writing-";
    private static final Pattern NAME = Pattern.compile(PREFIX + "\\d{1,18}");

    private final Path folder;
    private final CheckpointState state;

    private Checkpoint(Path folder, CheckpointState state) {
        this.folder = folder;
        this.state = state;
    }

    /**
     * Writes a checkpoint, unless a whole one of this step is there already, and deletes all others but the newest
     * whole one before it: newer ones are of a course that the run has left.
     */
    static Path save(
            Path run, String config, long step, double lossSum, Block model, Optimizer optimizer) {
        try {
            Files.createDirectories(run);
            deleteTemporaries(run);
            Path target = run.resolve(PREFIX + step);
            if (!isWhole(target, config)) {
                write(run, target, config, step, lossSum, model, optimizer);
            }
            prune(run, step, config);
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "the checkpoint could not be written in "
                            + run
                            + " ("
                            + e
                            + "); check space and permissions",
                    e);
        }
    }

    private static void write(
            Path run,
            Path target,
            String config,
            long step,
            double lossSum,
            Block model,
            Optimizer optimizer)
            throws IOException {
        Path temporary = Files.createTempDirectory(run, TEMPORARY);
        try {
            String weights = write(temporary.resolve(WEIGHTS), Weights.of(model));
            String moments = write(temporary.resolve(OPTIMIZER), optimizer.state());
            var state = CheckpointState.of(config, step, lossSum, weights, moments);
            DurableFiles.create(temporary.resolve(STATE), state.json());
            if (Files.exists(target)) { // not whole; a folder cannot be moved over another
                Files.move(target, Files.createTempDirectory(run, TEMPORARY).resolve(PREFIX));
            }
            DurableFiles.publish(temporary, target);
        } finally {
            deleteTemporaries(run);
        }
    }

    /** Writes arrays; returns the file's SHA-256. */
    private static String write(Path file, NDList arrays) throws IOException {
        MessageDigest digest = Sha256.digest();
        DurableFiles.create(
                file,
                channel -> {
                    var digesting =
                            new DigestOutputStream(Channels.newOutputStream(channel), digest);
                    // The configuration's hash stands in the state.
                    Safetensors.write(Channels.newChannel(digesting), Map.of(), arrays);
                });
        return Sha256.hex(digest);
    }

    private static void prune(Path run, long step, String config) throws IOException {
        boolean kept = false;
        for (Path folder : newestFirst(run)) {
            boolean older = step(folder) < step;
            if (older && !kept && isWhole(folder, config)) {
                kept = true;
            } else if (step(folder) != step) {
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
            List<Path> all = newestFirst(run);
            for (Path folder : all) {
                try {
                    return Optional.of(read(folder, config));
                } catch (DamagedException e) {
                    refused.accept(step(folder), e.getMessage());
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
            throw new UncheckedIOException(
                    "the run's folder "
                            + run
                            + " cannot be read ("
                            + e
                            + "); check its permissions",
                    e);
        }
    }

    /**
     * Copies the weights of a run's newest whole checkpoint into a model, to go on from them with another task.
     *
     * @param run the run's folder
     * @param config the hash that the checkpoint must carry
     * @throws IllegalArgumentException if the run has no whole checkpoint, or it is of another configuration or model
     */
    public static void loadWeights(Path run, String config, Block model) {
        Checkpoint newest =
                latest(run, config, (step, message) -> {})
                        .orElseThrow(
                                () ->
                                        new IllegalArgumentException(
                                                run
                                                        + ": expected a checkpoint, found none; train"
                                                        + " the run first"));
        Weights.load(newest.folder.resolve(WEIGHTS), model);
    }

    private static boolean isWhole(Path folder, String config) {
        try {
            read(folder, config);
            return true;
        } catch (DamagedException | IllegalArgumentException e) {
            return false;
        }
    }

    private static Checkpoint read(Path folder, String config) throws DamagedException {
        CheckpointState state = state(folder);
        if (state.version() != CheckpointState.VERSION) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s has format %d, but this toolkit reads format %d; go on with the"
                                    + " toolkit that wrote it, or delete the folder",
                            folder,
                            state.version(),
                            CheckpointState.VERSION));
        }
        if (!state.intact()) {
            throw new DamagedException(
                    folder.resolve(STATE) + " is damaged: its values do not fit its SHA-256", null);
        }
        if (!config.equals(state.config())) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s belongs to configuration %s, but this run's is %s; delete the folder,"
                                    + " or use another for this run",
                            folder,
                            state.config(),
                            config));
        }
        if (state.step() != step(folder)) {
            throw new DamagedException(
                    folder + " is damaged: its " + STATE + " is of step " + state.step(), null);
        }
        check(folder.resolve(WEIGHTS), state.weightsSha256());
        check(folder.resolve(OPTIMIZER), state.optimizerSha256());
        return new Checkpoint(folder, state);
    }

    private static CheckpointState state(Path folder) throws DamagedException {
        Path file = folder.resolve(STATE);
        try {
            CheckpointState state = CheckpointState.parse(Files.readAllBytes(file));
            if (state == null) {
                throw new DamagedException(
                        file + " is damaged: it holds no checkpoint's state", null);
            }
            return state;
        } catch (JsonProcessingException e) {
            throw new DamagedException(file + " is damaged: it holds no checkpoint's state", e);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static DamagedException unreadable(Path file, IOException e) {
        String how =
                e instanceof NoSuchFileException ? "missing" : "damaged: it cannot be read: " + e;
        return new DamagedException(file + " is " + how, e);
    }

    private static void check(Path file, String expected) throws DamagedException {
        String found;
        try {
            found = Sha256.of(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
        if (!found.equals(expected)) {
            throw new DamagedException(
                    file + " is damaged: its SHA-256 is " + found + ", expected " + expected, null);
        }
    }

    /** The checkpoint is there but not whole. */
    private static final class DamagedException extends Exception {

        private static final long serialVersionUID = 1;

        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /**
     * Copies weights and optimiser state into a model and its optimiser, all of them or nothing.
     *
     * @throws IllegalArgumentException if they belong to another model; names the tensor
     */
    void restore(Block model, Optimizer into) {
        NDList targets = Weights.of(model);
        Safetensors weights = Safetensors.open(folder.resolve(WEIGHTS));
        Safetensors moments = Safetensors.open(folder.resolve(OPTIMIZER));
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

    private static List<Path> newestFirst(Path run) throws IOException {
        try (Stream<Path> entries = Files.list(run)) {
            return entries.filter(path -> NAME.matcher(path.getFileName().toString()).matches())
                    .sorted(Comparator.comparingLong(Checkpoint::step).reversed())
                    .toList();
        }
    }

    /** Removes what writers that were killed have left. */
    private static void deleteTemporaries(Path run) throws IOException {
        try (Stream<Path> entries = Files.list(run)) {
            for (Path path : entries.toList()) {
                if (path.getFileName().toString().startsWith(TEMPORARY)) {
                    DurableFiles.deleteTree(path);
                }
            }
        }
    }

    private static long step(Path folder) {
        return Long.parseLong(folder.getFileName().toString().substring(PREFIX.length()));
    }
}
