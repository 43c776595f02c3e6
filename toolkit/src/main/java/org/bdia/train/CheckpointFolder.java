package org.bdia.train;

import ai.djl.ndarray.NDList;
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
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.bdia.io.DurableFiles;
import org.bdia.io.Sha256;

/**
 * Folders named after a step that hold tensors and, written last, {@code state.json} with the SHA-256 of each file and of itself. They
 * are made under another name, synced to disk and moved.
 */
final class CheckpointFolder {

    /** The file of the weights. */
    static final String WEIGHTS = "weights.safetensors";

    /** The file of the optimiser's state. */
    static final String OPTIMIZER = "optimizer.safetensors";

    private static final String STATE = "state.json";
    private static final String TEMPORARY = ".writing-";

    private CheckpointFolder() {}

    /** A checkpoint that could not be written. */
    static UncheckedIOException unwritable(Path run, IOException e) {
        return new UncheckedIOException(
                "the checkpoint could not be written in "
                        + run
                        + " ("
                        + e
                        + "); check space and permissions",
                e);
    }

    /** A run's folder that cannot be listed. */
    static UncheckedIOException unreadableRun(Path run, IOException e) {
        return new UncheckedIOException(
                "the run's folder " + run + " cannot be read (" + e + "); check its permissions",
                e);
    }

    /** Whether a folder is a checkpoint of a configuration, whole and undamaged. */
    static boolean isWhole(Path folder, String config) {
        try {
            read(folder, config);
            return true;
        } catch (DamagedException | IllegalArgumentException e) {
            return false;
        }
    }

    /** Writes a checkpoint's tensors into a folder. */
    interface Content {
        CheckpointState writeTo(Path folder) throws IOException;
    }

    /** Writes a folder that appears whole or not at all. */
    static void publish(Path run, Path target, Content content) throws IOException {
        Path temporary = Files.createTempDirectory(run, TEMPORARY);
        try {
            CheckpointState state = content.writeTo(temporary);
            DurableFiles.create(temporary.resolve(STATE), state.json());
            if (Files.exists(target)) { // not whole; a folder cannot be moved over another
                Files.move(target, Files.createTempDirectory(run, TEMPORARY).resolve("before"));
            }
            DurableFiles.publish(temporary, target);
        } finally {
            deleteTemporaries(run);
        }
    }

    /**
     * Copies a folder, unless it is there.
     *
     * @return false, with nothing copied, if it is not whole, cannot be read or vanishes meanwhile
     * @throws IOException if the copy cannot be written
     */
    static boolean copy(Path folder, String config, Path to) throws IOException {
        if (Files.exists(to.resolve(folder.getFileName().toString()))) {
            return true;
        }
        Path temporary = Files.createTempDirectory(to, TEMPORARY);
        try {
            Path copy = Files.createDirectory(temporary.resolve(folder.getFileName().toString()));
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    DurableFiles.create(
                            copy.resolve(file.getFileName().toString()),
                            channel -> Files.copy(file, Channels.newOutputStream(channel)));
                }
            } catch (IOException e) {
                if (isWhole(folder, config)) {
                    throw e;
                }
                return false;
            }
            boolean whole = isWhole(copy, config);
            if (whole) {
                DurableFiles.publish(copy, to.resolve(folder.getFileName().toString()));
            }
            return whole;
        } finally {
            deleteTemporaries(to);
        }
    }

    /** Writes arrays; returns the file's SHA-256. */
    static String write(Path file, NDList arrays) throws IOException {
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

    /** Reads a checkpoint, with or without an optimiser, and compares its files with their SHA-256. */
    static CheckpointState read(Path folder, String config) throws DamagedException {
        CheckpointState state = readWeights(folder, config);
        if (state.optimizerSha256() != null) {
            check(folder.resolve(OPTIMIZER), state.optimizerSha256());
        }
        return state;
    }

    /** {@link #read}, but the optimiser's file may be damaged. */
    private static CheckpointState readWeights(Path folder, String config) throws DamagedException {
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
        return state;
    }

    /**
     * Returns the file of the newest weights in a run, never of older ones in their place.
     *
     * @param name of the folders
     * @param none what to say of a run that has no such folder, behind the run
     * @param damaged what to do if the newest folder is damaged
     * @throws IllegalArgumentException if there is none, or the newest is damaged or of another configuration or format
     */
    static Path newestWeights(Path run, Pattern name, String config, String none, String damaged) {
        try {
            List<Path> all = Files.isDirectory(run) ? newestFirst(run, name) : List.of();
            if (all.isEmpty()) {
                throw new IllegalArgumentException(run + none);
            }
            readWeights(all.get(0), config);
            return all.get(0).resolve(WEIGHTS);
        } catch (DamagedException e) {
            throw new IllegalArgumentException(e.getMessage() + damaged, e);
        } catch (IOException e) {
            throw unreadableRun(run, e);
        }
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
    static final class DamagedException extends Exception {

        private static final long serialVersionUID = 1;

        DamagedException(String message, Throwable cause) {
            super(message, cause);
        }
    }

    /** Returns the folders whose names are a word, a hyphen and a step. */
    static List<Path> newestFirst(Path run, Pattern name) throws IOException {
        try (Stream<Path> entries = Files.list(run)) {
            return entries.filter(path -> name.matcher(path.getFileName().toString()).matches())
                    .sorted(Comparator.comparingLong(CheckpointFolder::step).reversed())
                    .toList();
        }
    }

    /** Removes what writers that were killed have left. */
    static void deleteTemporaries(Path run) throws IOException {
        try (Stream<Path> entries = Files.list(run)) {
            for (Path path : entries.toList()) {
                if (path.getFileName().toString().startsWith(TEMPORARY)) {
                    DurableFiles.deleteTree(path);
                }
            }
        }
    }

    /** Returns the step that a folder is named after. */
    static long step(Path folder) {
        String name = folder.getFileName().toString();
        return Long.parseLong(name.substring(name.indexOf('-') + 1));
    }
}
