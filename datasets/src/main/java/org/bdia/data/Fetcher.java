package org.bdia.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ObjLongConsumer;
import org.apache.commons.io.FileUtils;
import org.bdia.data.PublishedFile.Member;
import org.bdia.io.DurableFiles;
import org.bdia.io.Sha256;

/**
 * Downloads published sets into the data folder: over HTTPS only, compared with the published sizes and checksums.
 *
 * <p>A file is downloaded and unpacked in a temporary folder of the data folder; then each member is moved to its place,
 * its SHA-256 beside it, which every later reading compares. Existing files are never replaced. A source that
 * publishes no checksum is trusted on first use: what is fetched later must be the same.
 */
public final class Fetcher {

    private final DataFolder folder;
    private final Downloader downloader;

    /**
     * A fetched file.
     *
     * @param file the published file
     * @param bytes its size as downloaded
     * @param sha256 its SHA-256 as downloaded
     * @param placed its files in the data folder
     */
    public record Fetched(PublishedFile file, long bytes, String sha256, List<Path> placed) {
        /** Copies the list. */
        public Fetched {
            placed = List.copyOf(placed);
        }
    }

    Fetcher(DataFolder folder, Downloader downloader) {
        this.folder = folder;
        this.downloader = downloader;
    }

    /** Returns a fetcher for a data folder, which is created if it is missing. */
    public static Fetcher into(DataFolder folder) {
        return new Fetcher(folder, Downloader.HTTPS);
    }

    /**
     * Downloads the files of a set that the folder lacks.
     *
     * @param progress given the bytes that have arrived of a file, a few times a second
     * @return the downloaded files, none if all were there
     * @throws DataException if a source cannot be reached, or sends something unexpected; or if the folder cannot
     *     be written, or holds other data under the same names
     */
    public List<Fetched> fetch(PublishedSet set, ObjLongConsumer<PublishedFile> progress) {
        return set.files().stream().flatMap(file -> fetch(file, progress).stream()).toList();
    }

    Optional<Fetched> fetch(PublishedFile file, ObjLongConsumer<PublishedFile> progress) {
        if (file.isIn(folder)) {
            return Optional.empty();
        }
        try {
            Files.createDirectories(folder.path());
            Path work = Files.createTempDirectory(folder.path(), ".fetch");
            work.toFile().deleteOnExit();
            try {
                Path part = downloader.download(file, work, progress);
                long bytes = Files.size(part);
                String sha256 = check(file, part);
                List<Path> placed = place(Unpacker.unpack(file, part, work));
                return Optional.of(new Fetched(file, bytes, sha256, placed));
            } finally {
                FileUtils.deleteQuietly(work.toFile());
            }
        } catch (InterruptedException | ClosedByInterruptException e) {
            Thread.currentThread().interrupt();
            throw new DataException(file.uri() + ": interrupted; fetch again", e);
        } catch (IOException e) {
            throw new DataException(
                    folder + ": cannot be written (" + e + "); check space and permissions", e);
        }
    }

    /** Compares size and checksum with the published ones; returns the SHA-256. */
    private static String check(PublishedFile file, Path part) throws IOException {
        MessageDigest sha256 = Sha256.digest();
        MessageDigest published = file.checksum().map(Checksum::digest).orElseGet(Sha256::digest);
        try (InputStream raw = Files.newInputStream(part);
                InputStream in =
                        new DigestInputStream(new DigestInputStream(raw, published), sha256)) {
            in.transferTo(OutputStream.nullOutputStream());
        }
        if (file.checksum().isPresent()) {
            Checksum expected = file.checksum().get();
            Checksum found = expected.of(published);
            if (!found.equals(expected)) {
                throw DataException.refused(file, expected.toString(), found.toString());
            }
        }
        return Sha256.hex(sha256);
    }

    /** Moves files to their places, after checking all of them. */
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
            // The sum first, so that no fetched file is ever without it.
            DurableFiles.replace(DataFolder.sidecar(target), line);
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
                    String.format(
                            Locale.ROOT,
                            "%s: expected the published file, unpacked SHA-256 %s, found %s; files are not"
                                    + " replaced: move the folder's copy of the set away, or set BDIA_DATA"
                                    + " to another folder",
                            folder.locate(name),
                            sha256,
                            found));
        }
    }

    private static void requireSameAsBefore(Path target, String sha256) {
        String before = DataFolder.recordedSum(target).orElse(sha256);
        if (!before.equals(sha256)) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected SHA-256 %s as recorded when the file was first fetched, found %s;"
                                    + " if the publisher's newer edition is wanted, remove this record and"
                                    + " fetch again",
                            DataFolder.sidecar(target),
                            before,
                            sha256));
        }
    }
}
