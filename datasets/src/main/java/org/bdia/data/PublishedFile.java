package org.bdia.data;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A file to download, and the places of its members in the data folder.
 *
 * @param uri its published address, HTTPS
 * @param size its bytes, empty where newer editions replace it
 * @param checksum the published checksum, if there is one
 * @param packing the packing of its members
 * @param members the members that are kept, in the order in which they are moved into place
 */
public record PublishedFile(
        URI uri,
        OptionalLong size,
        Optional<Checksum> checksum,
        Packing packing,
        List<Member> members) {

    /** The packing of members. */
    public enum Packing {
        /** None: the file is its only member. */
        PLAIN("file"),

        /** A gzip-compressed tar archive. */
        TAR_GZ("gzip-compressed tar archive"),

        /** A zip archive. */
        ZIP("zip archive");

        private final String title;

        Packing(String title) {
            this.title = title;
        }

        String title() {
            return title;
        }
    }

    /**
     * A member of an archive.
     *
     * @param entry its name in the archive; ignored in a plain file
     * @param target its logical name in the data folder
     * @param size its bytes, empty where editions differ
     * @param needed whether a loader needs it; others are kept, but optional
     */
    public record Member(String entry, String target, OptionalLong size, boolean needed) {}

    /** Copies the members. */
    public PublishedFile {
        members = List.copyOf(members);
    }

    /** Returns an unpacked file with its SHA-256. */
    static PublishedFile plain(String uri, String target, long size, String sha256) {
        return new PublishedFile(
                URI.create(uri),
                OptionalLong.of(size),
                Optional.of(Checksum.sha256(sha256)),
                Packing.PLAIN,
                List.of(new Member(target, target, OptionalLong.of(size), true)));
    }

    /** Returns the last part of the address. */
    public String name() {
        String path = uri.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Returns whether the folder has every required member. */
    boolean isIn(DataFolder folder) {
        return members.stream()
                .filter(Member::needed)
                .allMatch(member -> folder.has(member.target()));
    }
}
