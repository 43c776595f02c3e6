package org.bdia.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bdia.data.PublishedFile.Member;
import org.bdia.io.DurableFiles;
import org.bdia.io.Sha256;

/**
 * Downloads published sets into the data folder: over HTTPS alone, resumable, checked against what the publisher says.
 *
 * <p>What arrives is kept under {@code .fetch} in the data folder until it is whole and checked; then each file is moved
 * to its place, its SHA-256 beside it, which every later reading compares. Files that are there are never replaced. A
 * source that publishes no checksum is trusted on first use: what is fetched later must be the same.
 */
public final class Fetcher {

    private static final String WORK = ".fetch";

    private final DataFolder folder;
    private final FetchRules rules;

    /**
     * A file that was fetched.
     *
     * @param file which
     * @param bytes its size as downloaded
     * @param sha256 its SHA-256 as downloaded
     * @param placed the files that were put into the data folder
     */
    public record Fetched(PublishedFile file, long bytes, String sha256, List<Path> placed) {
        /** Copies the list. */
        public Fetched {
            placed = List.copyOf(placed);
        }
    }

    Fetcher(DataFolder folder, FetchRules rules) {
        this.folder = folder;
        this.rules = rules;
    }

    /** Fetches into a data folder, which is made if it is missing. */
    public static Fetcher into(DataFolder folder) {
        return new Fetcher(folder, FetchRules.STRICT);
    }

    /**
     * Downloads what the folder lacks of a set.
     *
     * @param progress told about every piece that arrives
     * @return what was downloaded, nothing if all was there
     * @throws DataException if a source cannot be reached, or gives something else than expected; or if the folder cannot
     *     be written, or holds other data under the same names
     */
    public List<Fetched> fetch(PublishedSet set, FetchProgress progress) {
        List<Fetched> fetched = new ArrayList<>();
        for (PublishedFile file : set.files()) {
            fetch(set.label(), file, progress).ifPresent(fetched::add);
        }
        return fetched;
    }

    Optional<Fetched> fetch(String set, PublishedFile file, FetchProgress progress) {
        if (file.isIn(folder)) {
            return Optional.empty();
        }
        Path work = folder.path().resolve(WORK);
        try (PartFile part = PartFile.open(work, set + "-" + file.name())) {
            new Transfer(rules, file, part, progress).run();
            long bytes = part.size();
            String sha256 = check(file, part);
            Path unpacked = part.path().resolveSibling(part.path().getFileName() + ".unpacked");
            try {
                deleteTree(unpacked); // left by a fetch that was killed
                Files.createDirectory(unpacked);
                List<Path> placed = place(unpack(file, part, unpacked));
                return Optional.of(new Fetched(file, bytes, sha256, placed));
            } finally {
                deleteTree(unpacked);
                part.delete();
            }
        } catch (ClosedByInterruptException e) {
            throw interrupted(file, e);
        } catch (IOException e) {
            throw new DataException(
                    folder + ": cannot be written (" + e + "); check space and rights", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw interrupted(file, e);
        } finally {
            deleteIfEmpty(work);
        }
    }

    private static DataException interrupted(PublishedFile file, Exception e) {
        return new DataException(file.uri() + ": interrupted; fetch again to go on", e);
    }

    /** Reads the part once, and compares what its publisher says. */
    private static String check(PublishedFile file, PartFile part) throws IOException {
        MessageDigest sha256 = Sha256.digest();
        MessageDigest published =
                file.checksum().map(sum -> sum.algorithm().digest()).orElseGet(Sha256::digest);
        try (InputStream raw = Files.newInputStream(part.path());
                InputStream in =
                        new DigestInputStream(new DigestInputStream(raw, published), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        if (file.checksum().isPresent()) {
            Checksum expected = file.checksum().get();
            Checksum found = Checksum.of(expected.algorithm(), published);
            if (!found.equals(expected)) {
                throw Transfer.refused(part, file.uri(), expected.toString(), found.toString());
            }
        }
        return Sha256.hex(sha256);
    }

    private Map<Member, Path> unpack(PublishedFile file, PartFile part, Path into)
            throws IOException {
        try {
            return Unpacker.unpack(file, part.path(), into, rules);
        } catch (Unpacker.RefusedException e) {
            throw Transfer.refused(part, file.uri(), e.expected(), e.found());
        }
    }

    /** All files are looked at before the first is moved. */
    private List<Path> place(Map<Member, Path> unpacked) throws IOException {
        Map<Path, Path> moves = new LinkedHashMap<>();
        Map<Path, String> sums = new LinkedHashMap<>();
        for (Map.Entry<Member, Path> entry : unpacked.entrySet()) {
            String name = entry.getKey().target();
            String sha256 = Sha256.of(entry.getValue());
            if (folder.has(name)) {
                requireSame(name, sha256);
            } else {
                Path target = folder.path().resolve(name);
                requireSameAsBefore(target, sha256);
                moves.put(target, entry.getValue());
                sums.put(target, sha256);
            }
        }
        for (Map.Entry<Path, Path> move : moves.entrySet()) {
            Path target = move.getKey();
            DurableFiles.makeFolder(target.getParent());
            String line = sums.get(target) + "  " + target.getFileName() + "\n";
            // The sum comes first, so that no file of ours is ever there without it.
            DurableFiles.replace(sidecar(target), line);
            DurableFiles.publish(move.getValue(), target);
        }
        return List.copyOf(moves.keySet());
    }

    private void requireSame(String name, String sha256) throws IOException {
        MessageDigest digest = Sha256.digest();
        try (InputStream in = new DigestInputStream(folder.open(name), digest)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        String found = Sha256.hex(digest);
        if (!found.equals(sha256)) {
            throw new DataException(
                    folder.locate(name)
                            + ": expected the published file, unpacked SHA-256 "
                            + sha256
                            + ", found "
                            + found
                            + "; files are not replaced: move the folder's copy of the set away, or set"
                            + " BDIA_DATA to another folder");
        }
    }

    private static void requireSameAsBefore(Path target, String sha256) throws IOException {
        Path sidecar = sidecar(target);
        String line = Files.exists(sidecar) ? Utf8.text(Files.readString(sidecar)).strip() : sha256;
        String before = line.split("\\s+", 2)[0];
        if (!before.equals(sha256)) {
            throw new DataException(
                    sidecar
                            + ": expected SHA-256 "
                            + before
                            + " as recorded when the file was first fetched, found "
                            + sha256
                            + "; if the publisher's newer edition is wanted, remove this record and fetch"
                            + " again");
        }
    }

    private static Path sidecar(Path file) {
        return file.resolveSibling(file.getFileName() + ".sha256");
    }

    private static void deleteTree(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (Stream<Path> entries = Files.list(path)) {
                for (Path entry : entries.toList()) {
                    deleteTree(entry);
                }
            }
        }
        Files.deleteIfExists(path);
    }

    private static void deleteIfEmpty(Path work) {
        try {
            Files.deleteIfExists(work);
        } catch (IOException e) {
            // Another download's part is still there.
        }
    }
}
