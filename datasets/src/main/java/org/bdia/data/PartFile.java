package org.bdia.data;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * What has arrived of a download: {@code NAME.part}, and beside it {@code NAME.part.etag}, the mark by which the server
 * tells whether the rest still belongs to it. Locked against other processes while open.
 */
final class PartFile implements AutoCloseable {

    /** A byte that no file has: systems with mandatory locks let everybody read the others. */
    private static final long LOCKED_BYTE = Long.MAX_VALUE - 1;

    private final Path file;
    private final Path mark;
    private final FileChannel channel;
    private boolean deleted;

    private PartFile(Path file, FileChannel channel) {
        this.file = file;
        this.mark = markOf(file);
        this.channel = channel;
    }

    /**
     * Opens the part of a download, made if there is none.
     *
     * @throws DataException if another fetch has it
     */
    static PartFile open(Path folder, String name) throws IOException {
        Files.createDirectories(folder);
        Path file = folder.resolve(name + ".part");
        FileChannel channel =
                FileChannel.open(
                        file,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.READ,
                        StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw taken(file);
            }
            PartFile part = new PartFile(file, channel);
            channel.position(channel.size());
            return part;
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw taken(file);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private static DataException taken(Path file) {
        return new DataException(
                file + ": another fetch is writing this file; wait until it ends, or end it");
    }

    private static Path markOf(Path file) {
        return file.resolveSibling(file.getFileName() + ".etag");
    }

    Path path() {
        return file;
    }

    long size() throws IOException {
        return channel.size();
    }

    /** The mark of what is there; empty if the rest could be of another file. */
    Optional<String> mark() throws IOException {
        return Files.exists(mark) ? Optional.of(Files.readString(mark)) : Optional.empty();
    }

    /** Forgets what is there and begins anew, with the mark of what will come. */
    void restart(Optional<String> newMark) throws IOException {
        // The old mark goes first: bytes without a mark are never resumed.
        Files.deleteIfExists(mark);
        channel.truncate(0);
        channel.position(0);
        if (newMark.isPresent()) {
            Path temporary = mark.resolveSibling(mark.getFileName() + ".tmp");
            Files.writeString(temporary, newMark.get());
            Files.move(temporary, mark, StandardCopyOption.ATOMIC_MOVE);
        }
    }

    void append(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    /** Makes what has arrived survive a power failure. */
    void force() throws IOException {
        channel.force(true);
    }

    /** Deletes the part: it has been used, or is of no use. */
    void delete() throws IOException {
        deleted = true;
        Files.deleteIfExists(mark);
        channel.close();
        Files.deleteIfExists(file);
    }

    /** Gives the part free for a later fetch; an empty one is deleted. */
    @Override
    public void close() throws IOException {
        // An interrupt has closed the channel before.
        if (!deleted && Files.size(file) == 0) {
            delete();
        }
        channel.close();
    }
}
