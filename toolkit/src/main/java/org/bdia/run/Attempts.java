package org.bdia.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.bdia.config.FileException;
import org.bdia.io.DurableFiles;

/**
 * The attempts at one run on a cluster, where a process presumed dead may resume writing: each attempt has a folder of its own,
 * {@code .attempts/ID/UUID} beside the runs, and the first that is finished becomes the run's folder by one move, which
 * fails if there is one. Nothing else ever writes there.
 */
final class Attempts {

    private static final String FOLDER = ".attempts";
    private static final int TRIES = 20;

    private final Path target;
    private final Path folder;

    Attempts(Path root, String id) {
        target = root.resolve(id);
        folder = root.resolve(FOLDER).resolve(id);
    }

    /** Creates the folder of a new attempt. An unfinished run that is no attempt becomes one, since its name must be free. */
    Path begin() {
        try {
            DurableFiles.makeFolder(folder);
            if (Files.exists(target)) {
                free();
            }
            Path attempt = unused();
            DurableFiles.makeFolder(attempt);
            return attempt;
        } catch (IOException e) {
            throw new FileException(folder + ": no attempt can be begun (" + e + ")", e);
        }
    }

    /** Whoever writes the run without attempts has its lock, which is waited for. */
    private void free() throws IOException {
        requireUnfinished();
        RunLock lock = RunLock.take(target);
        try {
            requireUnfinished(); // it may have been published meanwhile
            DurableFiles.publish(target, unused());
        } finally {
            lock.close();
        }
    }

    private void requireUnfinished() {
        if (isPublished()) {
            throw new FileException(
                    target + ": the run is finished; another attempt would be in vain");
        }
    }

    private Path unused() {
        return folder.resolve(UUID.randomUUID().toString());
    }

    /** Returns the folders of all attempts. */
    List<Path> all() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.sorted().toList();
        } catch (NoSuchFileException e) {
            return List.of(); // another attempt has been published meanwhile
        } catch (IOException e) {
            throw new FileException(folder + ": cannot be listed (" + e + ")", e);
        }
    }

    /**
     * Makes a finished attempt the run, unless there is one, and deletes the others.
     *
     * @return whether the run is finished
     * @throws RunBusyException if a process that makes no attempts is writing the run
     * @throws FileException if the run's name cannot be taken
     */
    boolean publish() {
        for (Path attempt : all()) {
            if (!isPublished() && isDone(attempt)) {
                move(attempt);
            }
        }
        if (!isPublished()) {
            return false;
        }
        deleteAll();
        return true;
    }

    /** Others may be deleting too, or a process that woke up may be writing: what is left after some tries stays. */
    private void deleteAll() {
        for (int tries = 0; tries < TRIES && Files.exists(folder); tries++) {
            try {
                DurableFiles.deleteTree(folder);
            } catch (IOException | UncheckedIOException e) {
                // Something vanished or appeared: once more.
            }
        }
    }

    private void move(Path attempt) {
        try {
            if (Files.exists(target)) {
                free();
            }
            DurableFiles.publish(attempt, target);
        } catch (RunBusyException e) {
            throw e;
        } catch (IOException | FileException e) {
            if (!isPublished()) { // by another process
                throw new FileException(
                        target
                                + ": a finished attempt cannot take this name ("
                                + e
                                + "); check space and permissions",
                        e);
            }
        }
    }

    /** Whether the run is finished. */
    boolean isPublished() {
        return isDone(target);
    }

    private static boolean isDone(Path run) {
        return Files.exists(run.resolve(RunStore.DONE));
    }
}
