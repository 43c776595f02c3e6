package org.bdia.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.tukaani.xz.LZMA2Options;
import org.tukaani.xz.XZOutputStream;

/** Data files as tests need them. */
final class TestFiles {
    private TestFiles() {}

    static byte[] noise(int length, long seed) {
        var bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** Writes the content as the file's suffix says: gzipped, xz-compressed or plain. */
    static Path write(Path file, byte[] content) throws IOException {
        Files.createDirectories(file.getParent());
        try (var out = pack(file)) {
            out.write(content);
        }
        return file;
    }

    /** Records as CIFAR has them: record r is of class r mod classes, its pixels are noise. */
    static byte[] cifar(Cifar.Kind kind, int records, long seed) {
        int length = kind.labelBytes() + ImageSet.PIXELS;
        var bytes = noise(records * length, seed);
        for (int r = 0; r < records; r++) {
            bytes[r * length] = (byte) (r % 20);
            bytes[r * length + kind.labelBytes() - 1] = (byte) (r % kind.classes());
        }
        return bytes;
    }

    /** Token ids as token files have them: uint16, little-endian. */
    static byte[] tokens(int... ids) {
        var bytes = new byte[2 * ids.length];
        for (int i = 0; i < ids.length; i++) {
            bytes[2 * i] = (byte) ids[i];
            bytes[2 * i + 1] = (byte) (ids[i] >> 8);
        }
        return bytes;
    }

    /** A gzip-compressed tar archive of files. */
    static byte[] tarGz(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_GNU);
            for (var file : files.entrySet()) {
                var entry = new TarArchiveEntry(file.getKey(), true);
                entry.setSize(file.getValue().length);
                tar.putArchiveEntry(entry);
                tar.write(file.getValue());
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** The names of all files below a folder, in order. */
    static List<String> listing(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile)
                    .map(path -> root.relativize(path).toString().replace('\\', '/'))
                    .sorted()
                    .toList();
        }
    }

    private static OutputStream pack(Path file) throws IOException {
        var out = Files.newOutputStream(file);
        var name = file.getFileName().toString();
        if (name.endsWith(".gz")) {
            return new GZIPOutputStream(out);
        }
        return name.endsWith(".xz") ? new XZOutputStream(out, new LZMA2Options(0)) : out;
    }
}
