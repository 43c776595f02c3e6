package org.bdia.data;

import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One file to download, and what of it goes where in the data folder.
 *
 * @param uri where its publisher keeps it, HTTPS
 * @param size its bytes, empty where the publisher replaces it by newer editions
 * @param checksum what its publisher says it must be, empty where nothing is said
 * @param packing how its members are packed
 * @param members the members that are kept, in the order in which they are put into place
 */
public record PublishedFile(
        URI uri,
        OptionalLong size,
        Optional<Checksum> checksum,
        Packing packing,
        List<Member> members) {

    /** How members are packed. */
    public enum Packing {
        /** Not at all: the file is its only member. */
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
     * @param entry its name there; of a plain file nothing is asked
     * @param target its logical name in the data folder
     * @param size its bytes, empty where editions differ
     * @param needed whether a loader cannot do without it; what is not needed is kept, but not missed
     */
    public record Member(String entry, String target, OptionalLong size, boolean needed) {}

    /** Copies the members. */
    public PublishedFile {
        members = List.copyOf(members);
    }

    /** A file that is its only member, with the sum that pins it. */
    static PublishedFile plain(String uri, String target, long size, String sha256) {
        return new PublishedFile(
                URI.create(uri),
                OptionalLong.of(size),
                Optional.of(Checksum.sha256(sha256)),
                Packing.PLAIN,
                List.of(new Member(target, target, OptionalLong.of(size), true)));
    }

    /** The last part of its address. */
    public String name() {
        String path = uri.getPath();
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /** Whether the folder has every member that is needed. */
    boolean isIn(DataFolder folder) {
        return members.stream()
                .filter(Member::needed)
                .allMatch(member -> folder.has(member.target()));
    }
}
