package org.bdia.data;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/**
 * A zip archive. The JDK reads the content; what an entry is, file or link, stands in the central directory's external
 * attributes, which the JDK does not show.
 *
 * @see <a href="https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT">The format, 4.3.12 and 4.3.16</a>
 */
final class ZipArchive {

    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LONGEST_COMMENT = 0xFFFF;
    private static final int ENTRY = 0x02014b50;
    private static final int ENTRY_BYTES = 46;
    private static final int FILE_TYPE = 0170000;
    private static final int REGULAR = 0100000;
    private static final int FOLDER = 0040000;

    private ZipArchive() {}

    /**
     * Visits every entry.
     *
     * @throws IOException if the archive is damaged or cut short
     */
    static void read(Path file, ArchiveEntry.Visitor visitor) throws IOException {
        try (ZipFile zip = new ZipFile(file.toFile())) {
            List<? extends ZipEntry> entries = Collections.list(zip.entries());
            List<Integer> types = fileTypes(file);
            if (types.size() != entries.size()) {
                throw new ZipException(
                        "a directory of "
                                + types.size()
                                + " entries, of which "
                                + entries.size()
                                + " can be read");
            }
            for (int i = 0; i < entries.size(); i++) {
                ZipEntry entry = entries.get(i);
                ArchiveEntry.Kind kind = kind(types.get(i), entry.isDirectory());
                // ZipFile, unlike ZipInputStream, does not compare the checksums.
                try (CheckedInputStream content =
                        new CheckedInputStream(zip.getInputStream(entry), new CRC32())) {
                    visitor.visit(
                            new ArchiveEntry(entry.getName(), kind, entry.getSize()), content);
                    content.transferTo(OutputStream.nullOutputStream());
                    if (content.getChecksum().getValue() != entry.getCrc()) {
                        throw new ZipException(
                                "an entry '" + entry.getName() + "' whose checksum is wrong");
                    }
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /** Systems without such types write 0. */
    private static ArchiveEntry.Kind kind(int type, boolean folder) {
        if (type != 0 && type != (folder ? FOLDER : REGULAR)) {
            return ArchiveEntry.Kind.OTHER;
        }
        return folder ? ArchiveEntry.Kind.FOLDER : ArchiveEntry.Kind.FILE;
    }

    /** The Unix file types of all entries, in the order of the directory, which is that of the JDK. */
    private static List<Integer> fileTypes(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            long size = channel.size();
            long from = Math.max(0, size - END_BYTES - LONGEST_COMMENT);
            ByteBuffer tail = read(channel, from, size - from);
            int end = tail.capacity() - END_BYTES;
            while (end >= 0 && tail.getInt(end) != END) {
                end--;
            }
            if (end < 0) {
                throw new ZipException("no end of a zip directory");
            }
            ByteBuffer directory =
                    read(
                            channel,
                            Integer.toUnsignedLong(tail.getInt(end + 16)),
                            Integer.toUnsignedLong(tail.getInt(end + 12)));
            List<Integer> types = new ArrayList<>();
            int at = 0;
            while (at <= directory.capacity() - ENTRY_BYTES && directory.getInt(at) == ENTRY) {
                types.add(directory.getInt(at + 38) >>> 16 & FILE_TYPE);
                at +=
                        ENTRY_BYTES
                                + Short.toUnsignedInt(directory.getShort(at + 28))
                                + Short.toUnsignedInt(directory.getShort(at + 30))
                                + Short.toUnsignedInt(directory.getShort(at + 32));
            }
            return types;
        }
    }

    private static ByteBuffer read(FileChannel channel, long from, long length) throws IOException {
        if (length > Integer.MAX_VALUE || from + length > channel.size()) {
            throw new ZipException("a directory outside the file");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) length).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining() && channel.read(bytes, from + bytes.position()) >= 0) {
            // A channel may give fewer bytes than asked for.
        }
        return bytes;
    }
}
