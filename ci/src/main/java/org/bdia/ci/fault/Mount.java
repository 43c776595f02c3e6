package org.bdia.ci.fault;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A small disk in memory, unmounted on close. */
record Mount(Path path) implements AutoCloseable {

    /** Returns why no disk can be mounted here; empty if one can. */
    static String missing() {
        if (!System.getProperty("user.name").equals("root")
                || !Files.exists(Path.of("/proc/mounts"))) {
            return "only root on Linux can mount a disk to fill";
        }
        try {
            Path probe = Files.createTempDirectory("bdia-mount");
            try {
                at(probe, "size=64k").close();
                return "";
            } finally {
                Files.delete(probe);
            }
        } catch (IOException e) {
            return "no disk can be mounted here: " + e.getMessage();
        }
    }

    static Mount at(Path path, String options) throws IOException {
        Files.createDirectories(path);
        execute("mount", "-t", "tmpfs", "-o", options, "tmpfs", path.toString());
        return new Mount(path);
    }

    /** Remounts the disk as ro or rw; the system refuses ro while a file is open for writing. */
    void remount(String mode) throws IOException {
        execute("mount", "-o", "remount," + mode, path.toString());
    }

    private static void execute(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + output);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    @Override
    public void close() throws IOException {
        execute("umount", path.toString());
    }
}
