package org.bdia.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.bdia.data.PublishedFile.Member;

/**
 * Takes the members of a published file out of its archive into a folder, under names that the archive does not choose:
 * 0, 1, 2 … in the order of the members. An archive with a name that leads out of a folder, or with a link, is refused
 * whole.
 */
final class Unpacker implements ArchiveEntry.Visitor {

    private static final int BUFFER = 1 << 16;

    private final PublishedFile file;
    private final FetchRules rules;
    private final Path into;
    private final Map<Member, Path> unpacked = new LinkedHashMap<>();
    private final Set<String> names = new HashSet<>();
    private long bytes;

    private Unpacker(PublishedFile file, FetchRules rules, Path into) {
        this.file = file;
        this.rules = rules;
        this.into = into;
    }

    /**
     * Unpacks.
     *
     * @param archive the file as it was downloaded
     * @param into an empty folder
     * @return where each member is, in their order
     * @throws RefusedException if the archive is not what it should be
     */
    static Map<Member, Path> unpack(PublishedFile file, Path archive, Path into, FetchRules rules)
            throws IOException, RefusedException {
        Unpacker unpacker = new Unpacker(file, rules, into);
        try {
            switch (file.packing()) {
                case PLAIN -> {
                    try (InputStream in = Files.newInputStream(archive)) {
                        unpacker.keep(file.members().get(0), in);
                    }
                }
                case TAR_GZ -> {
                    try (InputStream in =
                            new GZIPInputStream(Files.newInputStream(archive), BUFFER)) {
                        TarArchive.read(in, unpacker);
                    }
                }
                case ZIP -> ZipArchive.read(archive, unpacker);
            }
        } catch (EOFException | ZipException e) {
            throw new RefusedException(
                    "a whole " + file.packing().title(),
                    e.getMessage() == null ? "an end in the middle" : e.getMessage());
        }
        Map<Member, Path> inOrder = new LinkedHashMap<>();
        for (Member member : file.members()) {
            if (unpacker.unpacked.containsKey(member)) {
                inOrder.put(member, unpacker.unpacked.get(member));
            } else if (member.needed()) {
                throw new RefusedException("the entry " + member.entry(), "none of this name");
            }
        }
        return inOrder;
    }

    @Override
    public void visit(ArchiveEntry entry, InputStream content) throws IOException {
        requireHarmless(entry);
        if (!names.add(entry.name())) {
            throw new RefusedException("every name once", "'" + entry.name() + "' twice");
        }
        if (names.size() > rules.entries()) {
            throw new RefusedException("at most " + rules.entries() + " entries", "more");
        }
        for (Member member : file.members()) {
            if (entry.kind() == ArchiveEntry.Kind.FILE && plain(entry).equals(member.entry())) {
                keep(member, content);
                return;
            }
        }
        for (byte[] buffer = new byte[BUFFER]; count(content.read(buffer)) >= 0; ) {
            // Read, so that the archive's own checksums are compared.
        }
    }

    private void keep(Member member, InputStream content) throws IOException {
        Path target = into.resolve(Integer.toString(file.members().indexOf(member)));
        long start = bytes;
        try (FileChannel out =
                FileChannel.open(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            byte[] buffer = new byte[BUFFER];
            for (int n; (n = count(content.read(buffer))) >= 0; ) {
                ByteBuffer piece = ByteBuffer.wrap(buffer, 0, n);
                while (piece.hasRemaining()) {
                    out.write(piece);
                }
            }
            out.force(true);
        }
        OptionalLong expected = member.size();
        if (expected.isPresent() && expected.getAsLong() != bytes - start) {
            throw new RefusedException(
                    expected.getAsLong() + " bytes of " + member.entry(),
                    (bytes - start) + " bytes");
        }
        unpacked.put(member, target);
    }

    private int count(int read) throws RefusedException {
        bytes += Math.max(0, read);
        if (bytes > rules.unpackedBytes()) {
            throw new RefusedException(
                    "at most " + rules.unpackedBytes() + " unpacked bytes", "more");
        }
        return read;
    }

    private static String plain(ArchiveEntry entry) {
        return entry.name().startsWith("./") ? entry.name().substring(2) : entry.name();
    }

    private static void requireHarmless(ArchiveEntry entry) throws RefusedException {
        String name = entry.name();
        if (entry.kind() == ArchiveEntry.Kind.OTHER) {
            throw new RefusedException("files and folders", "a link or a device, '" + name + "'");
        }
        boolean leaves =
                name.isEmpty()
                        || name.startsWith("/")
                        || name.matches("(?s)[A-Za-z]:.*")
                        || name.contains("\\")
                        || Arrays.asList(name.split("/")).contains("..")
                        || name.chars().anyMatch(Character::isISOControl);
        if (leaves) {
            throw new RefusedException(
                    "names that stay within the folder", "an entry '" + name + "'");
        }
    }

    /** An archive that is not to be used. */
    static final class RefusedException extends IOException {

        private static final long serialVersionUID = 1;
        private final String expected;
        private final String found;

        RefusedException(String expected, String found) {
            super(found);
            this.expected = expected;
            this.found = found;
        }

        String expected() {
            return expected;
        }

        String found() {
            return found;
        }
    }
}
