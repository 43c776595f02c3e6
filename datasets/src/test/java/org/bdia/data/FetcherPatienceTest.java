package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bdia.data.LoopbackServer.drip;
import static org.bdia.data.LoopbackServer.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bdia.data.PublishedFile.Member;
import org.bdia.data.PublishedFile.Packing;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Servers that would keep a download for ever; the time limit is for a fetch that lets them. */
@Timeout(120)
class FetcherPatienceTest {
    private static final byte[] CONTENT = TestFiles.noise(100_000, 1);
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
    void aServerThatNeverAnswersIsGivenUp() throws IOException {
        server.answers(server.silence());
        assertThatThrownBy(() -> fetch(FetchRulesForTests.IMPATIENT))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith(
                        "/a.bin: expected the whole file, found: request timed out; gave up after 2"
                                + " attempts with 0 bytes: check the network and fetch again");
        assertThat(server.requests()).hasSize(2);
    }

    @Test
    void aDripIsGivenUpAndGoneOnWith() throws IOException {
        server.answers(drip(CONTENT, TAG, Duration.ofMillis(20)), file(CONTENT, TAG));
        fetch(FetchRulesForTests.PATIENT);
        assertThat(root.resolve("set/a.bin")).hasBinaryContent(CONTENT);
        assertThat(server.requests().get(1)).containsEntry("If-Range", TAG).containsKey("Range");
        Files.delete(root.resolve("set/a.bin"));
        server.answers(drip(CONTENT, TAG, Duration.ofMillis(20)));
        assertThatThrownBy(() -> fetch(FetchRulesForTests.PATIENT))
                .isInstanceOf(DataException.class)
                .hasMessageMatching(
                        ".*/a.bin: expected the whole file, found: \\d+ bytes in \\d+\\.\\d s, too slow"
                                + " to go on with; gave up after 2 attempts with \\d+ bytes: .*");
    }

    private void fetch(FetchRules rules) {
        var published =
                new PublishedFile(
                        server.uri("/a.bin"),
                        OptionalLong.of(CONTENT.length),
                        Optional.of(Checksum.sha256(Sha256.of(CONTENT))),
                        Packing.PLAIN,
                        List.of(new Member("a.bin", "set/a.bin", OptionalLong.empty(), true)));
        new Fetcher(DataFolder.at(root), rules).fetch("s", published, (file, bytes, total) -> {});
    }
}
