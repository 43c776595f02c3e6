package org.bdia.io;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Writes files and folders that appear whole or not at all, and persist when the process is killed or the power fails.
 *
 * <p>The content is written under a temporary name beside the target, synced and moved over the target; then the folder is
 * synced. Of several processes on a machine that write a file at once, one wins; threads of one process must take turns.
 */
public final class DurableFiles {
    private DurableFiles() {}

    /** The content of a file. */
    public interface Content {

        /** Writes from the channel's position on. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /** Writes UTF-8 text to a file, new or not; its folder exists. */
    public static void replace(Path file, String text) throws IOException {
        replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes bytes to a file, new or not; its folder exists. */
    public static void replace(Path file, byte[] bytes) throws IOException {
        replace(file, content(bytes));
    }

    /** Writes content, which may be too large for an array, to a file, new or not; its folder exists. */
    public static void replace(Path file, Content content) throws IOException {
        Path target = file.toAbsolutePath();
        String prefix = "." + target.getFileName() + ".";
        long pid = ProcessHandle.current().pid();
        Path temporary = target.resolveSibling(prefix + pid + ".tmp");
        deleteAbandoned(
                target.getParent(), Pattern.compile(Pattern.quote(prefix) + "(\\d{1,18})\\.tmp"));
        try {
            create(temporary, content);
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        syncFolder(target.getParent());
    }

    /** Deletes the temporary files of writers that were killed. */
    private static void deleteAbandoned(Path folder, Pattern name) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path entry : entries) {
                Matcher matcher = name.matcher(entry.getFileName().toString());
                if (matcher.matches() && !isOther(Long.parseLong(matcher.group(1)))) {
                    Files.deleteIfExists(entry);
                }
            }
        }
    }

    /** Returns whether another process of this number is alive. */
    private static boolean isOther(long pid) {
        return pid != ProcessHandle.current().pid() && ProcessHandle.of(pid).isPresent();
    }

    /** Writes and syncs a new file, in a folder that is yet to be {@linkplain #publish published}. */
    public static void create(Path file, byte[] bytes) throws IOException {
        create(file, content(bytes));
    }

    /** Writes and syncs a new file, in a folder that is yet to be {@linkplain #publish published}. */
    public static void create(Path file, Content content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
            channel.force(true);
        }
    }

    /** Moves a file, or a folder of {@linkplain #create created} files, to a name that is free. */
    public static void publish(Path temporary, Path target) throws IOException {
        if (Files.isDirectory(temporary)) {
            syncFolder(temporary);
        } else {
            try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        syncFolder(target.toAbsolutePath().getParent());
    }

    /** Creates a folder and its missing parents. */
    public static void makeFolder(Path folder) throws IOException {
        Path absolute = folder.toAbsolutePath();
        // The last one always: an earlier process may have died between making it and syncing.
        List<Path> changed = new ArrayList<>(List.of(absolute.getParent()));
        for (Path parent = absolute.getParent(); !Files.exists(parent); ) {
            parent = parent.getParent();
            changed.add(parent);
        }
        Files.createDirectories(absolute);
        for (Path parent : changed) {
            syncFolder(parent);
        }
    }

    /** Deletes a folder and its content, if it exists. */
    public static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** Makes a folder's list of names durable; only POSIX systems can open a folder, others need no such sync. */
    static void syncFolder(Path folder) throws IOException {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw new IOException(
                    folder + ": cannot be synced (" + e + "); check the disk and its permissions",
                    e);
        }
    }

    private static Content content(byte[] bytes) {
        return channel -> {
            ByteBuffer left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) {
                channel.write(left);
            }
        };
    }
}
