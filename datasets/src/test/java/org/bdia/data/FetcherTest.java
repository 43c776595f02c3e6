package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bdia.data.LoopbackServer.cut;
import static org.bdia.data.LoopbackServer.file;
import static org.bdia.data.LoopbackServer.range;
import static org.bdia.data.LoopbackServer.status;

import java.io.IOException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.bdia.data.PublishedFile.Member;
import org.bdia.data.PublishedFile.Packing;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetcherTest {
    private static final byte[] CONTENT = TestFiles.noise(100_000, 1);
    private static final byte[] NEWER = TestFiles.noise(100_000, 2);
    private static final Checksum SUM = Checksum.sha256(Sha256.of(CONTENT));
    private static final String TAG = "\"v1\"";

    @TempDir private Path root;
    private LoopbackServer server;

    @BeforeEach
    void start() throws IOException {
        server = new LoopbackServer();
    }

    @AfterEach
    void stop() throws InterruptedException {
        server.stop();
    }

    @Test
    void aWholeFileIsPutInPlaceWithItsSum() throws IOException {
        server.answers(file(CONTENT, TAG));
        var fetched = fetch(pinned()).orElseThrow();
        assertThat(fetched.bytes()).isEqualTo(CONTENT.length);
        assertThat(fetched.sha256()).isEqualTo(SUM.hex());
        assertThat(fetched.placed()).containsExactly(root.resolve("set/a.bin"));
        assertThat(root.resolve("set/a.bin.sha256")).hasContent(SUM.hex() + "  a.bin");
        assertFetched(CONTENT);
        assertThat(fetch(pinned())).as("a second fetch").isEmpty();
        assertThat(server.requests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 4096, 50_000, 99_999})
    void aBrokenDownloadGoesOnWhereItStopped(int end) throws IOException {
        server.answers(cut(CONTENT, TAG, end), file(CONTENT, TAG));
        fetch(pinned());
        assertFetched(CONTENT);
        // Of a broken connection the client may pass on less than was sent.
        var second = server.requests().get(1);
        if (second.containsKey("Range")) {
            assertThat(second.get("If-Range")).isEqualTo(TAG);
        }
    }

    @Test
    void aLaterFetchGoesOnToo() throws IOException {
        server.answers(server.stall(CONTENT, TAG, 60_000));
        assertThatThrownBy(() -> fetch(pinned()))
                .isInstanceOf(DataException.class)
                .hasMessageMatching(
                        ".*/a.bin: expected the whole file, found: nothing arrived for 0.3 s; gave up"
                                + " after 2 attempts with 60000 bytes: check the network and fetch again,"
                                + " which goes on from there");
        assertThat(listing()).containsExactly(".fetch/s-a.bin.part", ".fetch/s-a.bin.part.etag");
        server.answers(file(CONTENT, TAG));
        fetch(pinned());
        assertFetched(CONTENT);
        assertThat(server.requests().get(2))
                .isEqualTo(Map.of("Range", "bytes=60000-", "If-Range", TAG));
    }

    @Test
    void withoutAStrongTagADownloadBeginsAnew() throws IOException {
        server.answers(cut(CONTENT, "W/" + TAG, 60_000), file(CONTENT, "W/" + TAG));
        fetch(pinned());
        assertFetched(CONTENT);
        assertThat(server.requests()).containsExactly(Map.of(), Map.of());
    }

    @Test
    void aServerThatIgnoresRangesIsReadFromTheStart() throws IOException {
        givenPart(60_000);
        server.answers(status(200, CONTENT, "ETag: " + TAG));
        fetch(pinned());
        assertFetched(CONTENT);
        assertThat(server.requests().get(0)).containsEntry("Range", "bytes=60000-");
    }

    @Test
    void aFileThatChangedBetweenAttemptsIsNotMixed() throws IOException {
        server.answers(server.stall(CONTENT, TAG, 60_000), file(NEWER, "\"v2\""));
        fetch(unpinned(Optional.empty()));
        assertFetched(NEWER);
    }

    @Test
    void anAnswerThatContinuesElsewhereIsNotUsed() throws IOException {
        byte[] rest = Arrays.copyOfRange(CONTENT, 60_000, CONTENT.length);
        for (List<String> lie :
                List.of(
                        List.of("ETag: " + TAG, "Content-Range: " + range(50_000, 100_000)),
                        List.of("ETag: \"v2\"", "Content-Range: " + range(60_000, 100_000)),
                        List.of("ETag: " + TAG, "Content-Range: nonsense"),
                        List.of("ETag: " + TAG))) {
            givenPart(60_000);
            server.answers(status(206, rest, lie.toArray(String[]::new)), file(CONTENT, TAG));
            fetch(pinned());
            assertFetched(CONTENT);
            Files.delete(root.resolve("set/a.bin"));
        }
    }

    @Test
    void aPartBeyondTheServersFileIsDropped() throws IOException {
        givenPart(60_000);
        server.answers(status(416, new byte[0]), file(CONTENT, TAG));
        fetch(pinned());
        assertFetched(CONTENT);
    }

    @Test
    void aServerThatIsBusyIsAskedAgain() throws IOException {
        server.answers(status(503, new byte[10]), file(CONTENT, TAG));
        fetch(pinned());
        assertFetched(CONTENT);
    }

    @Test
    void aWrongLengthIsRefused() throws IOException {
        server.answers(file(Arrays.copyOf(CONTENT, 99_999), TAG));
        assertRefused(pinned(), "expected 100000 bytes, found 99999 bytes announced;");
        server.answers(status(200, new byte[100_001], "ETag: " + TAG));
        assertRefused(pinned(), "expected 100000 bytes, found more than that;");
        server.answers(status(200, new byte[(1 << 20) + 1]));
        assertRefused(
                unpinned(Optional.empty()),
                "expected at most 1048576 bytes, found more than that;");
        server.answers(file(new byte[(1 << 20) + 1], TAG));
        assertRefused(
                unpinned(Optional.empty()),
                "expected at most 1048576 bytes, found 1048577 bytes announced;");
    }

    @Test
    void anEndBeforeTheSizeIsNotAWholeFile() throws IOException {
        server.answers(status(200, Arrays.copyOf(CONTENT, 99_999)));
        assertThatThrownBy(() -> fetch(pinned()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("found: an end after 99999 bytes; gave up after 2 attempts");
        assertThat(listing()).containsExactly(".fetch/s-a.bin.part");
    }

    @Test
    void aWrongChecksumIsRefused() throws IOException {
        server.answers(file(NEWER, TAG));
        assertRefused(pinned(), "expected " + SUM + ", found SHA-256 " + Sha256.of(NEWER) + ";");
        Checksum md5 = Checksum.md5("0123456789abcdef0123456789abcdef");
        assertRefused(unpinned(Optional.of(md5)), "expected " + md5 + ", found MD5 ");
    }

    @Test
    void whatIsNoFileIsRefused() throws IOException {
        server.answers(status(404, new byte[10]));
        assertRefused(pinned(), "expected status 200, found status 404;");
        server.answers(status(200, CONTENT, "Content-Encoding: gzip"));
        assertRefused(pinned(), "expected the file as it is, found the content coding 'gzip';");
    }

    @Test
    void redirectsAreFollowedSafelyAndNotForEver() throws IOException {
        server.answers(
                status(302, new byte[10], "Location: /elsewhere"),
                status(307, new byte[0], "Location: " + server.uri("/there")),
                file(CONTENT, TAG));
        fetch(pinned());
        assertFetched(CONTENT);
        Files.delete(root.resolve("set/a.bin"));
        Files.delete(root.resolve("set/a.bin.sha256"));
        server.answers(status(302, new byte[0], "Location: /a.bin"));
        assertRefused(pinned(), "expected at most 3 redirects, found one more");
        for (String to :
                List.of(
                        "http://data.invalid/a.bin",
                        "https://user@data.invalid/a.bin",
                        "file:///etc/hostname",
                        "")) {
            server.answers(status(302, new byte[0], "Location: " + to));
            assertRefused(pinned(), to.isEmpty() ? "one more" : "found " + to + "; nothing was");
        }
        server.answers(status(302, new byte[0], "Location: http://["));
        assertRefused(pinned(), "expected a redirect to an address, found 'http://['");
    }

    @Test
    void onlyHttpsIsAskedAtAll() {
        server.answers(file(CONTENT, TAG));
        var strict = new Fetcher(DataFolder.at(root), FetchRules.STRICT);
        assertThatThrownBy(() -> strict.fetch("s", pinned(), (file, bytes, total) -> {}))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.bin: expected an https address");
        assertThat(server.requests()).isEmpty();
    }

    @Test
    void twoFetchesOfOneFileDoNotMeet() throws IOException {
        try (PartFile taken = PartFile.open(root.resolve(".fetch"), "s-a.bin")) {
            assertThatThrownBy(() -> fetch(pinned()))
                    .isInstanceOf(DataException.class)
                    .hasMessage(
                            taken.path()
                                    + ": another fetch is writing this file; wait until it ends, or"
                                    + " end it");
        }
        assertThat(listing()).isEmpty();
    }

    @Test
    void withoutAPublishedSumTheFirstFetchBindsTheLater() throws IOException {
        server.answers(file(CONTENT, TAG));
        fetch(unpinned(Optional.empty()));
        Files.delete(root.resolve("set/a.bin"));
        server.answers(file(NEWER, TAG));
        assertThatThrownBy(() -> fetch(unpinned(Optional.empty())))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "%s: expected SHA-256 %s as recorded when the file was first fetched, found %s;"
                                + " if the publisher's newer edition is wanted, remove this record and"
                                + " fetch again",
                        root.resolve("set/a.bin.sha256"), SUM.hex(), Sha256.of(NEWER));
        assertThat(listing()).containsExactly("set/a.bin.sha256");
        Files.delete(root.resolve("set/a.bin.sha256"));
        fetch(unpinned(Optional.empty()));
        assertFetched(NEWER);
    }

    @Test
    void filesThatAreThereStay() throws IOException {
        byte[] archive = new TarWriter().file("d/a.bin", CONTENT).file("d/b.bin", NEWER).gzipped();
        var both =
                new PublishedFile(
                        server.uri("/d.tar.gz"),
                        OptionalLong.of(archive.length),
                        Optional.of(Checksum.sha256(Sha256.of(archive))),
                        Packing.TAR_GZ,
                        List.of(member("d/a.bin", "set/a.bin"), member("d/b.bin", "set/b.bin")));
        server.answers(file(archive, TAG));
        TestFiles.write(root.resolve("set/b.bin.xz"), CONTENT);
        assertThatThrownBy(() -> fetch(both))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("b.bin.xz: expected the published file", "not replaced");
        assertThat(listing()).containsExactly("set/b.bin.xz");
        TestFiles.write(root.resolve("set/b.bin.xz"), NEWER);
        assertThat(fetch(both).orElseThrow().placed()).containsExactly(root.resolve("set/a.bin"));
        assertThat(listing()).containsExactly("set/a.bin", "set/a.bin.sha256", "set/b.bin.xz");
    }

    @Test
    void aHarmfulArchiveLeavesNothing() throws IOException {
        byte[] archive = new TarWriter().file("a.bin", CONTENT).file("../b.bin", NEWER).gzipped();
        server.answers(file(archive, TAG));
        var harmful =
                new PublishedFile(
                        server.uri("/d.tar.gz"),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Packing.TAR_GZ,
                        List.of(member("a.bin", "set/a.bin")));
        assertRefused(
                harmful, "expected names that stay within the folder, found an entry '../b.bin';");
        assertThat(root.resolveSibling("b.bin")).doesNotExist();
    }

    @Test
    void anInterruptedFetchCanGoOn() throws IOException {
        server.answers(file(CONTENT, TAG));
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> fetch(pinned()))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("interrupted; fetch again");
        assertThat(Thread.interrupted()).isTrue();
        fetch(pinned());
        assertFetched(CONTENT);
    }

    private PublishedFile pinned() {
        return new PublishedFile(
                server.uri("/a.bin"),
                OptionalLong.of(CONTENT.length),
                Optional.of(SUM),
                Packing.PLAIN,
                List.of(member("a.bin", "set/a.bin")));
    }

    private PublishedFile unpinned(Optional<Checksum> sum) {
        URI uri = server.uri("/a.bin");
        return new PublishedFile(uri, OptionalLong.empty(), sum, Packing.PLAIN, pinned().members());
    }

    private static Member member(String entry, String target) {
        return new Member(entry, target, OptionalLong.empty(), true);
    }

    private Optional<Fetcher.Fetched> fetch(PublishedFile file) {
        return new Fetcher(DataFolder.at(root), FetchRulesForTests.PATIENT)
                .fetch("s", file, (f, bytes, total) -> {});
    }

    /** What an earlier fetch of the content left. */
    private void givenPart(int bytes) throws IOException {
        try (PartFile part = PartFile.open(root.resolve(".fetch"), "s-a.bin")) {
            part.restart(Optional.of(TAG));
            part.append(ByteBuffer.wrap(CONTENT, 0, bytes));
        }
    }

    private void assertFetched(byte[] content) throws IOException {
        assertThat(root.resolve("set/a.bin")).hasBinaryContent(content);
        assertThat(listing()).containsExactly("set/a.bin", "set/a.bin.sha256");
    }

    private void assertRefused(PublishedFile file, String message) throws IOException {
        assertThatThrownBy(() -> fetch(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message);
        assertThat(listing()).isEmpty();
    }

    private List<String> listing() throws IOException {
        return TestFiles.listing(root);
    }
}
