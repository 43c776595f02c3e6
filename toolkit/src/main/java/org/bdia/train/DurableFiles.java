package org.bdia.train;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.stream.Stream;

/** Files and folders that appear whole or not at all, also when the machine stops in between. */
final class DurableFiles {

    private DurableFiles() {}

    /** Writes a new file and forces it to disk. */
    static void write(Path file, byte[] bytes) throws IOException {
        write(file, channel -> Safetensors.write(channel, ByteBuffer.wrap(bytes)));
    }

    /** The same for what is too large for one array. */
    static void write(Path file, Content content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(channel);
            channel.force(true);
        }
    }

    /** Writes a file's bytes. */
    interface Content {

        /** Writes from the channel's position on. */
        void writeTo(WritableByteChannel channel) throws IOException;
    }

    /** Writes a file under a temporary name beside it and moves it over what stood there. */
    static void replace(Path file, Content content) throws IOException {
        Path absolute = file.toAbsolutePath();
        Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".writing");
        try {
            Files.deleteIfExists(temporary); // left by a writer that was killed
            write(temporary, content);
            Files.move(
                    temporary,
                    absolute,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(temporary);
        }
        force(absolute.getParent());
    }

    /** Moves a finished file or folder to a name that is free. */
    static void publish(Path temporary, Path target) throws IOException {
        force(temporary);
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        force(target.toAbsolutePath().getParent());
    }

    /** Deletes a folder with all it holds; a missing one is fine. */
    static void deleteTree(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (Stream<Path> entries = Files.walk(folder)) {
            for (Path path : entries.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    /** A folder's entries reach the disk by forcing the folder, which only POSIX systems can open. */
    private static void force(Path folder) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }
}
