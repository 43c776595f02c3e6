package org.bdia.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.io.IOUtils;
import org.bdia.data.PublishedFile.Member;

/**
 * Extracts the members of a published file from its archive into files named 0, 1, 2 … in their order, so that an archive
 * chooses no path; other entries are ignored.
 */
record Unpacker(PublishedFile file, Path into, long limit) {

    private static final long LIMIT = 1L << 29;

    /**
     * Unpacks up to 512 MiB a member; a plain file is its own member and stays where it is.
     *
     * @param archive the file as it was downloaded
     * @param into a folder for the members
     * @return where each member is, in their order
     * @throws DataException if the archive is damaged, lacks a member that is needed, or has one of another size
     */
    static Map<Member, Path> unpack(PublishedFile file, Path archive, Path into) {
        return unpack(file, archive, into, LIMIT);
    }

    static Map<Member, Path> unpack(PublishedFile file, Path archive, Path into, long limit) {
        if (file.packing() == PublishedFile.Packing.PLAIN) {
            return Map.of(file.members().get(0), archive);
        }
        Unpacker unpacker = new Unpacker(file, into, limit);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), 1 << 16)) {
            if (file.packing() == PublishedFile.Packing.ZIP) {
                unpacker.zip(in);
            } else {
                unpacker.tar(in);
            }
        } catch (IOException | IllegalArgumentException e) {
            throw DataException.refused(file, "a whole " + file.packing().title(), e.toString());
        }
        return unpacker.members();
    }

    private void zip(InputStream in) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(in)) {
            for (ZipEntry entry; (entry = zip.getNextEntry()) != null; ) {
                visit(entry.getName(), zip);
            }
        }
    }

    private void tar(InputStream in) throws IOException {
        try (TarArchiveInputStream tar = new TarArchiveInputStream(new GZIPInputStream(in))) {
            for (TarArchiveEntry entry; (entry = tar.getNextEntry()) != null; ) {
                byte type = entry.getLinkFlag();
                if (type == TarConstants.LF_NORMAL || type == TarConstants.LF_OLDNORM) {
                    visit(entry.getName(), tar);
                }
            }
        }
    }

    private void visit(String name, InputStream content) throws IOException {
        for (Member member : file.members()) {
            if (name.replaceFirst("^\\./", "").equals(member.entry())) {
                keep(member, content);
            }
        }
    }

    private void keep(Member member, InputStream content) throws IOException {
        long most = member.size().orElse(limit);
        Path target = target(member);
        target.toFile().deleteOnExit();
        long found;
        try (OutputStream out = Files.newOutputStream(target)) {
            found = IOUtils.copyLarge(content, out, 0, most + 1);
        }
        if (found > most || (member.size().isPresent() && found < most)) {
            throw DataException.refused(
                    file,
                    (member.size().isPresent() ? "" : "at most ")
                            + most
                            + " bytes of "
                            + member.entry(),
                    found > most ? "more" : found + " bytes");
        }
    }

    private Map<Member, Path> members() {
        Map<Member, Path> unpacked = new LinkedHashMap<>();
        for (Member member : file.members()) {
            if (Files.exists(target(member))) {
                unpacked.put(member, target(member));
            } else if (member.needed()) {
                throw DataException.refused(
                        file, "the entry " + member.entry(), "none of this name");
            }
        }
        return unpacked;
    }

    private Path target(Member member) {
        return into.resolve(Integer.toString(file.members().indexOf(member)));
    }
}
