package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bdia.data.LoopbackServer.IMPATIENT;
import static org.bdia.data.LoopbackServer.PATIENT;
import static org.bdia.data.LoopbackServer.cut;
import static org.bdia.data.LoopbackServer.drip;
import static org.bdia.data.LoopbackServer.file;
import static org.bdia.data.LoopbackServer.status;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bdia.data.PublishedFile.Packing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time limit is for a download that lets a server keep it for ever. */
@Timeout(120)
class DownloaderTest {
    private static final byte[] CONTENT = TestFiles.noise(100_000, 1);
    private static final OptionalLong SIZE = OptionalLong.of(CONTENT.length);

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
    void progressEndsWithTheWholeFile() throws Exception {
        server.answers(file(CONTENT));
        List<Long> reported = new ArrayList<>();
        Path whole = PATIENT.download(published(SIZE), root, (f, bytes) -> reported.add(bytes));
        assertThat(whole).hasBinaryContent(CONTENT);
        assertThat(reported).isSorted().endsWith(100_000L);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 50_000, 99_999})
    void aBrokenDownloadStartsOver(int end) throws Exception {
        server.answers(cut(CONTENT, end), file(CONTENT));
        assertThat(download(PATIENT, SIZE)).hasBinaryContent(CONTENT);
        assertThat(server.requests()).isEqualTo(2);
        assertThat(TestFiles.listing(root)).hasSize(1);
    }

    @Test
    void aServerThatIsBusyIsAskedAgain() throws Exception {
        server.answers(status(503, new byte[10]), file(CONTENT));
        assertThat(download(PATIENT, SIZE)).hasBinaryContent(CONTENT);
    }

    @Test
    void aServerThatNeverAnswersIsGivenUp() {
        server.answers(server.silence());
        assertThatThrownBy(() -> download(IMPATIENT, SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageMatching(
                        ".*/a.bin: expected the whole file, found: 0 bytes in \\d+\\.\\d s, too slow;"
                                + " gave up after 2 attempts: check the network and the"
                                + " space in .*, and fetch again");
        assertThat(server.requests()).isEqualTo(2);
    }

    @Test
    void aServerThatDripsIsGivenUp() {
        server.answers(drip(CONTENT, Duration.ofMillis(20)));
        assertThatThrownBy(() -> download(IMPATIENT, SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("too slow; gave up after 2 attempts");
    }

    @Test
    void aServerThatCannotBeReachedIsGivenUp() throws InterruptedException {
        server.stop();
        assertThatThrownBy(() -> download(PATIENT, SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("found: ConnectException", "; gave up after 2 attempts");
    }

    @Test
    void anotherLengthIsRefused() {
        server.answers(file(new byte[99_999]));
        assertRefused(SIZE, "expected 100000 bytes, found 99999 bytes;");
        server.answers(status(200, new byte[100_001]));
        assertRefused(SIZE, "expected 100000 bytes, found more;");
        server.answers(status(200, new byte[(1 << 20) + 1]));
        assertRefused(OptionalLong.empty(), "expected at most 1048576 bytes, found more;");
    }

    @Test
    void aBodyWithoutAnEndIsRefused() {
        server.answers(
                exchange -> {
                    exchange.sendResponseHeaders(200, 0);
                    while (true) {
                        exchange.getResponseBody().write(CONTENT);
                        Thread.sleep(1);
                    }
                });
        assertRefused(SIZE, "expected 100000 bytes, found more;");
    }

    @Test
    void aMissingFileIsRefused() {
        server.answers(status(404, new byte[10]));
        assertRefused(SIZE, "expected status 200, found status 404;");
    }

    @Test
    void redirectsAreFollowedAndNotForEver() throws Exception {
        server.answers(
                status(302, new byte[10], "Location: /elsewhere"),
                status(307, new byte[0], "Location: " + server.uri("/there")),
                file(CONTENT));
        assertThat(download(PATIENT, SIZE)).hasBinaryContent(CONTENT);
        server.answers(status(302, new byte[0], "Location: /a.bin"));
        int before = server.requests();
        assertRefused(SIZE, "expected status 200, found status 302 /a.bin;");
        assertThat(server.requests() - before).isLessThanOrEqualTo(6);
        server.answers(status(302, new byte[0], "Location: file:///etc/hostname"));
        assertRefused(SIZE, "found status 302 file:///etc/hostname;");
    }

    @Test
    void onlyHttpsIsAskedAndItLeadsToHttpsAlone() {
        server.answers(file(CONTENT));
        assertThatThrownBy(() -> download(Downloader.HTTPS, SIZE))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("a.bin: expected an https address");
        assertThat(server.requests()).isZero();
        assertThat(Downloader.client().followRedirects()).isEqualTo(HttpClient.Redirect.NORMAL);
    }

    private void assertRefused(OptionalLong size, String message) {
        assertThatThrownBy(() -> download(PATIENT, size))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(message);
    }

    private Path download(Downloader downloader, OptionalLong size) throws Exception {
        return downloader.download(published(size), root, (file, bytes) -> {});
    }

    private PublishedFile published(OptionalLong size) {
        URI uri = server.uri("/a.bin");
        return new PublishedFile(uri, size, Optional.empty(), Packing.PLAIN, List.of());
    }
}
