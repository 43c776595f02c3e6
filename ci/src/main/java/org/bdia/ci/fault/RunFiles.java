package org.bdia.ci.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What a run leaves in its folder, looked at from outside. */
final class RunFiles {

    /** The manifest tells the hours that the sessions took, the lock files are those of processes. */
    private static final List<String> OF_THE_SESSION =
            List.of("manifest.json", "DONE", "lock", "lock.owner");

    private RunFiles() {}

    /**
     * The files that differ between two finished runs, byte by byte, by their names; empty if none does. Left out are the
     * manifest, which tells when and how long the sessions ran, and DONE, which holds its checksum; but DONE must exist.
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
            throw new FaultException(found + " cannot be compared: " + e, e);
        }
    }

    /** All files below that are compared, by relative name: weights, optimiser, state, metrics, configuration, samples. */
    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .filter(name -> !OF_THE_SESSION.contains(name))
                    .toList();
        }
    }

    /** The step of the newest checkpoint, −1 without one. */
    static long newestCheckpoint(Path folder) {
        return entries(folder).stream()
                .filter(name -> name.matches("checkpoint-\\d+"))
                .mapToLong(name -> Long.parseLong(name.substring("checkpoint-".length())))
                .max()
                .orElse(-1);
    }

    /** Whether a checkpoint is being written, or was when its writer died. */
    static boolean hasHalfWritten(Path folder) {
        return entries(folder).stream().anyMatch(name -> name.startsWith(".writing-"));
    }

    /** The names in a folder; none if it is not there. */
    static List<String> entries(Path folder) {
        String[] names = folder.toFile().list();
        return names == null ? List.of() : List.of(names);
    }

    /** Deletes a folder with all it holds; a missing one is fine. */
    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new FaultException(folder + " cannot be deleted: " + e, e);
        }
    }
}
