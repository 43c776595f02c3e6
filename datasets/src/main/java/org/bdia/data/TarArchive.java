package org.bdia.data;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.ZipException;

/**
 * A tar archive read from a stream: ustar, with the long names of GNU and of pax.
 *
 * @see <a href="https://pubs.opengroup.org/onlinepubs/9699919799/utilities/pax.html">POSIX, pax</a>
 */
final class TarArchive {

    private static final int BLOCK = 512;

    /** Where a header's checksum stands, which counts as spaces in the sum. */
    private static final int SUM = 148;

    private static final int SUM_END = 156;

    /** The longest extended header: names and numbers need far less. */
    private static final int LONGEST_EXTENSION = 1 << 16;

    /** The most that may follow the end: tar pads to its tape's blocks. */
    private static final int LONGEST_PADDING = 1 << 20;

    private final InputStream in;
    private String longName;

    private TarArchive(InputStream in) {
        this.in = in;
    }

    /**
     * Visits every entry, and reads on to the stream's end, so that its checksums are compared.
     *
     * @throws IOException if the archive is damaged or cut short
     */
    static void read(InputStream in, ArchiveEntry.Visitor visitor) throws IOException {
        new TarArchive(in).read(visitor);
    }

    private void read(ArchiveEntry.Visitor visitor) throws IOException {
        byte[] header = new byte[BLOCK];
        while (true) {
            fill(header);
            if (isZero(header)) {
                break;
            }
            requireSum(header);
            long size = number(header, 124, 136);
            char type = (char) header[156];
            if (type == 'x' || type == 'g' || type == 'L') {
                extend(type, extension(size));
            } else {
                visit(header, type, size, visitor);
            }
        }
        for (int rest = 0; in.read() >= 0; rest++) {
            if (rest == LONGEST_PADDING) {
                throw new ZipException("more than " + LONGEST_PADDING + " bytes after its end");
            }
        }
    }

    private void visit(byte[] header, char type, long size, ArchiveEntry.Visitor visitor)
            throws IOException {
        ArchiveEntry.Kind kind =
                switch (type) {
                    case '0', '\0' -> ArchiveEntry.Kind.FILE;
                    case '5' -> ArchiveEntry.Kind.FOLDER;
                    default -> ArchiveEntry.Kind.OTHER;
                };
        String name = longName == null ? name(header) : longName;
        longName = null;
        // Archives older than POSIX mark a folder by its name alone.
        boolean folder = kind == ArchiveEntry.Kind.FILE && name.endsWith("/");
        var content = new Content(in, size);
        visitor.visit(
                new ArchiveEntry(name, folder ? ArchiveEntry.Kind.FOLDER : kind, size), content);
        content.transferTo(OutputStream.nullOutputStream());
        skipPadding(size);
    }

    private static String name(byte[] header) {
        String name = text(header, 0, 100);
        boolean ustar = text(header, 257, 262).equals("ustar");
        String prefix = ustar ? text(header, 345, 500) : "";
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    private byte[] extension(long size) throws IOException {
        if (size > LONGEST_EXTENSION) {
            throw new ZipException("an extended header of " + size + " bytes");
        }
        byte[] content = new byte[(int) size];
        fill(content);
        skipPadding(size);
        return content;
    }

    /** Takes the next entry's name; a size of 8 GiB or more, which only pax can say, is refused by its absence. */
    private void extend(char type, byte[] content) throws IOException {
        if (type == 'L') {
            longName = text(content, 0, content.length);
        } else if (type == 'x') {
            int at = 0;
            while (at < content.length) {
                int space = at;
                while (space < content.length && content[space] != ' ') {
                    space++;
                }
                int length = length(content, at, space);
                String record =
                        new String(
                                content,
                                space + 1,
                                at + length - space - 2,
                                StandardCharsets.UTF_8);
                if (record.startsWith("path=")) {
                    longName = record.substring("path=".length());
                } else if (record.startsWith("size=")) {
                    throw new ZipException("an entry of 8 GiB or more");
                }
                at += length;
            }
        }
    }

    /** The length of a pax record, which counts its own digits, a space, the text and a line break. */
    private static int length(byte[] content, int from, int space) throws IOException {
        String digits = new String(content, from, space - from, StandardCharsets.US_ASCII);
        int length = digits.matches("\\d{1,6}") ? Integer.parseInt(digits) : 0;
        if (length < space - from + 2 || length > content.length - from) {
            throw new ZipException("a damaged extended header");
        }
        return length;
    }

    private void skipPadding(long size) throws IOException {
        fill(new byte[(int) ((BLOCK - size % BLOCK) % BLOCK)]);
    }

    private void fill(byte[] bytes) throws IOException {
        if (in.readNBytes(bytes, 0, bytes.length) < bytes.length) {
            throw new EOFException("an end in the middle");
        }
    }

    private static boolean isZero(byte[] header) {
        return Arrays.equals(header, new byte[BLOCK]);
    }

    private static void requireSum(byte[] header) throws IOException {
        long sum = 0;
        for (int i = 0; i < BLOCK; i++) {
            sum += i >= SUM && i < SUM_END ? ' ' : header[i] & 0xFF;
        }
        if (sum != number(header, SUM, SUM_END)) {
            throw new ZipException("a tar header whose sum is wrong");
        }
    }

    private static long number(byte[] header, int from, int to) throws IOException {
        String digits = text(header, from, to).strip();
        if (!digits.matches("[0-7]{1,12}")) {
            throw new ZipException("a tar header with the number '" + digits + "'");
        }
        return Long.parseLong(digits, 8);
    }

    private static String text(byte[] bytes, int from, int to) {
        int end = from;
        while (end < to && bytes[end] != 0) {
            end++;
        }
        return new String(bytes, from, end - from, StandardCharsets.UTF_8);
    }

    /** The bytes of one entry, and no more. */
    private static final class Content extends FilterInputStream {
        private long left;

        Content(InputStream in, long size) {
            super(in);
            left = size;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            if (left == 0) {
                return -1;
            }
            int count = in.read(bytes, from, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("an end in the middle");
            }
            left -= count;
            return count;
        }

        @Override
        public void close() {
            // The archive goes on.
        }
    }
}
