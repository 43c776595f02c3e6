package org.bdia.ci.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.bdia.io.DurableFiles;

/** Inspects the files in a run's folder. */
final class RunFiles {

    /** Files that differ between sessions: the manifest has their times, the lock files their processes. */
    private static final List<String> OF_THE_SESSION =
            List.of("manifest.json", "DONE", "lock", "lock.owner");

    private RunFiles() {}

    /**
     * Returns the names of the files that differ between two finished runs. The manifest, which has the sessions' times, and
     * DONE, which has its checksum, are not compared; but DONE must exist.
     */
    static List<String> differences(Path expected, Path found) {
        try {
            List<String> differing = new ArrayList<>();
            if (!Files.exists(found.resolve("DONE"))) {
                differing.add("DONE");
            }
            TreeSet<String> names = new TreeSet<>(names(expected));
            names.addAll(names(found));
            for (String name : names) {
                Path a = expected.resolve(name);
                Path b = found.resolve(name);
                if (!Files.exists(a) || !Files.exists(b) || Files.mismatch(a, b) != -1) {
                    differing.add(name);
                }
            }
            return differing;
        } catch (IOException e) {
            throw new IllegalStateException(found + " cannot be compared: " + e, e);
        }
    }

    /** Returns the relative names of the files to compare: weights, optimiser, state, metrics, configuration, samples. */
    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .filter(name -> !OF_THE_SESSION.contains(name))
                    .toList();
        }
    }

    /** Returns the step of the newest checkpoint, −1 without one. */
    static long newestCheckpoint(Path folder) {
        return entries(folder).stream()
                .filter(name -> name.matches("checkpoint-\\d+"))
                .mapToLong(name -> Long.parseLong(name.substring("checkpoint-".length())))
                .max()
                .orElse(-1);
    }

    /** Returns the process that {@code lock.owner} of a run names; it is there and lives. */
    static ProcessHandle owner(Path folder) {
        try {
            var words = Files.readString(folder.resolve("lock.owner")).split(" ", 3);
            return ProcessHandle.of(Long.parseLong(words[1])).orElseThrow();
        } catch (IOException e) {
            throw new IllegalStateException(folder + " has no owner: " + e, e);
        }
    }

    /** Returns whether a checkpoint is being written, or was when its writer died. */
    static boolean hasHalfWritten(Path folder) {
        return entries(folder).stream().anyMatch(name -> name.startsWith(".writing-"));
    }

    /** Returns the names in a folder; none if it is not there. */
    static List<String> entries(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    /** Deletes a folder with all it holds; a missing one is fine. */
    static void delete(Path folder) {
        try {
            DurableFiles.deleteTree(folder);
        } catch (IOException e) {
            throw new IllegalStateException(folder + " cannot be deleted: " + e, e);
        }
    }
}
