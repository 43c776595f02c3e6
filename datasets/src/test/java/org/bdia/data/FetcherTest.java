package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bdia.data.LoopbackServer.file;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
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

class FetcherTest {
    private static final byte[] CONTENT = TestFiles.noise(100_000, 1);
    private static final byte[] NEWER = TestFiles.noise(100_000, 2);
    private static final Checksum SUM = Checksum.sha256(Sha256.of(CONTENT));

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
        server.answers(file(CONTENT));
        var fetched = fetch(pinned()).orElseThrow();
        assertThat(fetched.bytes()).isEqualTo(CONTENT.length);
        assertThat(fetched.sha256()).isEqualTo(SUM.hex());
        assertThat(fetched.placed()).containsExactly(root.resolve("set/a.bin"));
        assertThat(root.resolve("set/a.bin.sha256")).hasContent(SUM.hex() + "  a.bin");
        assertFetched(CONTENT);
        assertThat(fetch(pinned())).as("a second fetch").isEmpty();
        assertThat(server.requests()).isEqualTo(1);
    }

    @Test
    void aWrongChecksumIsRefused() throws IOException {
        server.answers(file(NEWER));
        assertRefused(pinned(), "expected " + SUM + ", found SHA-256 " + Sha256.of(NEWER) + ";");
        Checksum md5 = Checksum.md5("0123456789abcdef0123456789abcdef");
        assertRefused(unpinned(Optional.of(md5)), "expected " + md5 + ", found MD5 ");
    }

    @Test
    void withoutAPublishedSumTheFirstFetchBindsTheLater() throws IOException {
        server.answers(file(CONTENT));
        fetch(unpinned(Optional.empty()));
        Files.delete(root.resolve("set/a.bin"));
        server.answers(file(NEWER));
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
    void anEarlierRecordIsReadAsReadersReadIt() throws IOException {
        server.answers(file(CONTENT));
        Path record = root.resolve("set/a.bin.sha256");
        TestFiles.write(record, "not found".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> fetch(pinned()))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(record.toString(), "64 hexadecimal digits", "'not'");
        String capitals = SUM.hex().toUpperCase(Locale.ROOT) + " *a.bin\r\n";
        TestFiles.write(record, capitals.getBytes(StandardCharsets.UTF_8));
        fetch(pinned());
        assertFetched(CONTENT);
    }

    @Test
    void filesThatAreThereStay() throws IOException {
        byte[] archive = TestFiles.tarGz(Map.of("d/a.bin", CONTENT, "d/b.bin", NEWER));
        var both =
                new PublishedFile(
                        server.uri("/d.tar.gz"),
                        OptionalLong.of(archive.length),
                        Optional.of(Checksum.sha256(Sha256.of(archive))),
                        Packing.TAR_GZ,
                        List.of(member("d/a.bin", "set/a.bin"), member("d/b.bin", "set/b.bin")));
        server.answers(file(archive));
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
    void anArchiveThatLacksAMemberLeavesNothing() throws IOException {
        byte[] archive = TestFiles.tarGz(Map.of("a.bin", CONTENT, "../b.bin", NEWER));
        server.answers(file(archive));
        var published =
                new PublishedFile(
                        server.uri("/d.tar.gz"),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Packing.TAR_GZ,
                        List.of(member("a.bin", "set/a.bin"), member("b.bin", "set/b.bin")));
        assertRefused(published, "expected the entry b.bin, found none of this name;");
        assertThat(root.resolveSibling("b.bin")).doesNotExist();
    }

    @Test
    void anInterruptedFetchCanGoOn() throws IOException {
        server.answers(file(CONTENT));
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
        return new Fetcher(DataFolder.at(root), LoopbackServer.PATIENT)
                .fetch(file, (f, bytes) -> {});
    }

    private void assertFetched(byte[] content) throws IOException {
        assertThat(root.resolve("set/a.bin")).hasBinaryContent(content);
        assertThat(listing()).containsExactly("set/a.bin", "set/a.bin.sha256");
    }

    private void assertRefused(PublishedFile file, String message) throws IOException {
        assertThatThrownBy(() -> fetch(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message);
        assertThat(root).isEmptyDirectory();
    }

    private List<String> listing() throws IOException {
        return TestFiles.listing(root);
    }
}
