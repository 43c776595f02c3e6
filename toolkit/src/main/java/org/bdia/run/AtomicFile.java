package org.bdia.run;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.bdia.data.Utf8;

/** Files that are there whole or not at all, even after a power failure. */
final class AtomicFile {
    private AtomicFile() {}

    /** Writes UTF-8 text to a temporary file beside the target, syncs it, and moves it into place. */
    static void write(Path file, String text) {
        var temporary = file.resolveSibling(file.getFileName() + ".tmp");
        try {
            try (var channel =
                    FileChannel.open(
                            temporary,
                            StandardOpenOption.CREATE,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.TRUNCATE_EXISTING)) {
                var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(
                    temporary,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            var failure =
                    new RunException(
                            file + ": cannot be written (" + e + "); check space and rights", e);
            try {
                Files.deleteIfExists(temporary);
            } catch (IOException left) {
                failure.addSuppressed(left);
            }
            throw failure;
        }
        syncFolder(file.toAbsolutePath().getParent());
    }

    /**
     * Makes a folder, and its parents where they are missing, and makes their entries durable.
     *
     * @throws IOException if one cannot be made
     * @throws RunException if one cannot be synced
     */
    static void makeFolder(Path folder) throws IOException {
        var absolute = folder.toAbsolutePath();
        // The last one always: an earlier process may have died between making it and syncing.
        var changed = new ArrayList<>(List.of(absolute.getParent()));
        for (var parent = absolute.getParent(); !Files.exists(parent); ) {
            parent = parent.getParent();
            changed.add(parent);
        }
        Files.createDirectories(absolute);
        changed.forEach(AtomicFile::syncFolder);
    }

    /**
     * Makes what has changed in a folder's list of names durable. POSIX systems alone let a folder be opened, others need no
     * such sync.
     *
     * @throws RunException if the system fails to
     */
    static void syncFolder(Path folder) {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (var channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new RunException(
                    folder + ": cannot be synced (" + e + "); check the disk and its rights", e);
        }
    }

    /** The most frequent reasons have no message that says them. */
    private static String found(Path file, IOException e) {
        if (e instanceof NoSuchFileException) {
            return "no such file";
        }
        if (Files.isDirectory(file)) {
            return "a folder";
        }
        return e instanceof CharacterCodingException ? "bytes that are not UTF-8" : e.toString();
    }

    /** Reads UTF-8 text, whichever system's program saved it. */
    static String read(Path file) {
        return Utf8.text(exact(file));
    }

    /** Reads UTF-8 text as it stands in the file. */
    static String exact(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new RunException(
                    file
                            + ": expected a readable file of UTF-8 text, found "
                            + found(file, e)
                            + "; check the path, or, in a run's folder, remove the folder and run it again",
                    e);
        }
    }
}
