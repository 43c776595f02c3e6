package org.bdia.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.zip.GZIPInputStream;
import org.bdia.io.Sha256;
import org.tukaani.xz.XZInputStream;

/**
 * A folder of data files in their published layouts, plain, gzipped or xz-compressed.
 *
 * <p>Files go by their logical names, such as {@code cifar-10-batches-bin/data_batch_1.bin}; the suffixes
 * {@code .gz} and {@code .xz} are tried where the plain file is absent. A file {@code X.sha256} beside the
 * stored file {@code X} binds it: if the sums differ, the file is refused.
 */
public final class DataFolder {
    private static final String VARIABLE = "BDIA_DATA";
    private static final List<String> SUFFIXES = List.of("", ".gz", ".xz");
    private static final int BUFFER = 1 << 16;

    private final Path path;

    private DataFolder(Path path) {
        this.path = path;
    }

    /**
     * Returns the folder that the environment variable BDIA_DATA names, else {@code ~/.cache/bdia}.
     *
     * @throws IllegalStateException if the variable is not set and there is no home folder
     */
    public static DataFolder fromEnvironment() {
        return from(System.getenv(), UserHome::folder);
    }

    /** Returns the given folder; whether files exist is checked on use. */
    public static DataFolder at(Path path) {
        return new DataFolder(path.toAbsolutePath().normalize());
    }

    /**
     * Returns the folder that a user's own file lies in.
     *
     * @throws DataException if the file is not there, plain or compressed
     */
    static DataFolder of(Path file) {
        var folder = at(file.toAbsolutePath().resolveSibling(""));
        if (!folder.has(String.valueOf(file.getFileName()))) {
            throw new DataException(
                    file
                            + ": found no such file (also looked for .gz and .xz); give the path of one");
        }
        return folder;
    }

    static DataFolder from(Map<String, String> environment, Supplier<Path> home) {
        var named = environment.getOrDefault(VARIABLE, "");
        return at(named.isBlank() ? home.get().resolve(".cache").resolve("bdia") : Path.of(named));
    }

    /** Returns the absolute path of the folder. */
    public Path path() {
        return path;
    }

    /** Returns whether the file is there, plain or compressed. */
    public boolean has(String name) {
        return stored(name).isPresent();
    }

    /**
     * Returns the file as it is stored: plain, {@code .gz} or {@code .xz}, in this order.
     *
     * @param name the logical name, relative to the folder, without a compression suffix
     * @throws DataException if there is none; the message says how to get one
     */
    public Path locate(String name) {
        return stored(name)
                .orElseThrow(
                        () ->
                                new DataException(
                                        path
                                                + ": no "
                                                + name
                                                + " (also looked for .gz and .xz); put the data there"
                                                + " as datasets/README.md says, or set "
                                                + VARIABLE
                                                + " to the folder that has them"));
    }

    /**
     * Returns a file that is read where it is, such as weights.
     *
     * @param name the logical name, relative to the folder
     * @throws DataException if the file is missing, compressed, or differs from its sidecar checksum
     */
    public Path plain(String name) {
        var file = locate(name);
        if (isPacked(file)) {
            throw new DataException(
                    file
                            + ": expected a plain file, which is read where it is, found a compressed one; unpack it");
        }
        checkSidecar(file);
        return file;
    }

    /**
     * Returns the SHA-256 of a file as it is stored.
     *
     * @param name the logical name, relative to the folder, without a compression suffix
     * @throws DataException if the file is missing or unreadable
     */
    public String sha256(String name) {
        return sum(locate(name));
    }

    /**
     * Opens a file as the stream of its unpacked bytes.
     *
     * @param name the logical name, relative to the folder, without a compression suffix
     * @throws DataException if the file is missing, differs from its sidecar checksum, or has a damaged
     *     compression header; damage further on shows as an {@link IOException} from the stream
     */
    public InputStream open(String name) {
        var file = locate(name);
        checkSidecar(file);
        try {
            return unpack(file);
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    /**
     * Reads a whole file, unpacked.
     *
     * @param name the logical name, relative to the folder, without a compression suffix
     * @param limit the most bytes that the file may have, so that a wrong file cannot fill the memory
     * @throws DataException if the file is missing, damaged, different from its sidecar checksum, or longer
     *     than the limit
     */
    public byte[] read(String name, int limit) {
        var file = locate(name);
        try (InputStream in = open(name)) {
            byte[] bytes = in.readNBytes(limit);
            if (in.read() >= 0) {
                throw DataException.damaged(
                        file, "at most " + limit + " unpacked bytes", "more than that");
            }
            return bytes;
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    /**
     * Returns a file's unpacked bytes in pieces: a plain file is mapped into memory, a compressed one is unpacked.
     *
     * @param name the logical name, relative to the folder, without a compression suffix
     * @param unpackedLimit the most bytes that a compressed file may unpack to
     * @param pieceBytes the bytes of every piece but the last, which may have fewer; none of them is empty
     * @throws DataException if the file is missing, damaged, different from its sidecar checksum, or unpacks
     *     to more than the limit
     */
    List<ByteBuffer> pieces(String name, int unpackedLimit, int pieceBytes) {
        var file = locate(name);
        var pieces = new ArrayList<ByteBuffer>();
        if (isPacked(file)) {
            var whole = ByteBuffer.wrap(read(name, unpackedLimit)).asReadOnlyBuffer();
            for (int at = 0; at < whole.capacity(); at += pieceBytes) {
                pieces.add(whole.slice(at, Math.min(pieceBytes, whole.capacity() - at)));
            }
            return pieces;
        }
        checkSidecar(file);
        try (var channel = FileChannel.open(file)) {
            long size = channel.size();
            for (long at = 0; at < size; at += pieceBytes) {
                long length = Math.min(pieceBytes, size - at);
                pieces.add(channel.map(FileChannel.MapMode.READ_ONLY, at, length));
            }
            return pieces;
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    /**
     * Reads the lines of a small UTF-8 text file, without blank lines.
     *
     * @param name the logical name, relative to the folder, without a compression suffix
     * @throws DataException as {@link #read} does, or if the file is longer than 1 MiB
     */
    public List<String> lines(String name) {
        var text = Utf8.text(new String(read(name, 1 << 20), StandardCharsets.UTF_8));
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).toList();
    }

    private Optional<Path> stored(String name) {
        return SUFFIXES.stream()
                .map(suffix -> path.resolve(name + suffix))
                .filter(Files::isRegularFile)
                .findFirst();
    }

    private static InputStream unpack(Path file) throws IOException {
        var raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
        try {
            var name = file.getFileName().toString();
            if (name.endsWith(".gz")) {
                return new GZIPInputStream(raw, BUFFER);
            }
            return name.endsWith(".xz") ? new XZInputStream(raw) : raw;
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static boolean isPacked(Path file) {
        var name = file.getFileName().toString();
        return name.endsWith(".gz") || name.endsWith(".xz");
    }

    private static void checkSidecar(Path file) {
        Optional<String> expected = recordedSum(file);
        if (expected.isEmpty()) {
            return;
        }
        String found = sum(file);
        if (!found.equals(expected.get())) {
            throw DataException.damaged(file, "SHA-256 " + expected.get(), "SHA-256 " + found);
        }
    }

    private static String sum(Path file) {
        try {
            return Sha256.of(file);
        } catch (IOException e) {
            throw broken(file, e);
        }
    }

    /** Returns the file in which another one's SHA-256 is recorded. */
    static Path sidecar(Path file) {
        return file.resolveSibling(file.getFileName() + ".sha256");
    }

    /**
     * Returns the SHA-256 recorded beside a file, which need not be there itself.
     *
     * @throws DataException if the record is no checksum
     */
    static Optional<String> recordedSum(Path file) {
        var sidecar = sidecar(file);
        if (!Files.exists(sidecar)) {
            return Optional.empty();
        }
        String line;
        try {
            line = Utf8.read(sidecar, "a SHA-256").strip().toLowerCase(Locale.ROOT);
        } catch (IOException e) {
            throw broken(sidecar, e);
        }
        var sum = line.split("\\s+", 2)[0];
        if (!sum.matches("[0-9a-f]{64}")) {
            throw new DataException(
                    sidecar
                            + ": expected one line as sha256sum writes it (64 hexadecimal digits, the file's"
                            + " name), found '"
                            + sum
                            + "'; write it again or remove it");
        }
        return Optional.of(sum);
    }

    private static DataException broken(Path file, IOException cause) {
        return new DataException(
                file
                        + ": expected a readable file, unbroken to its end, found: "
                        + cause
                        + "; put the file there again, see datasets/README.md",
                cause);
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
