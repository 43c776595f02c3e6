package org.bdia.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Files that are there whole or not at all. */
public final class AtomicFiles {
    private AtomicFiles() {}

    /** Writes beside the target, then moves: a reader never sees half a file. */
    static void write(Path file, byte[] content) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Files.createDirectories(folder);
        long pid = ProcessHandle.current().pid();
        Path temporary = folder.resolve("." + file.getFileName() + "." + pid + ".tmp");
        try {
            Files.write(temporary, content);
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
    }

    public static void write(Path file, String content) throws IOException {
        write(file, content.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Checks that a name can be a file's name on any system.
     *
     * @throws IllegalArgumentException if it cannot
     */
    static String requireName(String name) {
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]*")) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' cannot name a file; use letters, digits, '.', '-' and '_', for example "
                            + "val-loss");
        }
        return name;
    }
}
