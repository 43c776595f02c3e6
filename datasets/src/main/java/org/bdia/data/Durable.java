package org.bdia.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What is on the disk when it is said to be, even if the power fails a moment later. */
final class Durable {

    private Durable() {}

    /** Writes a new file's text and syncs it. */
    static void write(Path file, String text) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    /** Syncs what somebody else has written. */
    static void sync(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Makes names durable, those of files moved into the folder and those of folders on the way to it from the root. */
    static void syncFolders(Path folder, Path root) {
        for (Path at = folder; at != null && at.startsWith(root); at = at.getParent()) {
            try (FileChannel channel = FileChannel.open(at, StandardOpenOption.READ)) {
                channel.force(true);
            } catch (IOException e) {
                // Windows opens no folders and needs no such sync.
            }
        }
    }
}
