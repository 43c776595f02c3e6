package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.bdia.data.Fetcher.Fetched;
import org.bdia.data.PublishedFile;
import org.bdia.data.PublishedFile.Packing;
import org.bdia.data.PublishedSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {

    @TempDir private Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void theListSaysWhatIsThereAndWhatBindsTheRest() throws IOException {
        give("tinyshakespeare/input.txt");
        assertThat(run("data", "list", "--into", folder.toString())).isZero();
        assertThat(out.toString())
                .contains("data folder: " + folder)
                .containsPattern("tinyshakespeare +tiny Shakespeare: there; licence: public domain")
                .containsPattern("cifar-10 +CIFAR-10, binary version: not there;")
                .contains("170,052,171 bytes (162.2 MiB), MD5 c32a1d4ab5d03f1284b67883e8d87530")
                .contains("size not published, no published checksum: trusted on first use");
        for (PublishedSet set : PublishedSet.all()) {
            assertThat(set.files())
                    .allSatisfy(file -> assertThat(file.uri().getScheme()).isEqualTo("https"))
                    .allSatisfy(file -> assertThat(out.toString()).contains(file.uri().toString()));
        }
    }

    @Test
    void whatIsThereIsNotFetchedAgain() throws IOException {
        give("tinyshakespeare/input.txt");
        give("eng-fra/eng-fra.txt.gz");
        assertThat(run("data", "fetch", "eng-fra", "tinyshakespeare", "--into", folder.toString()))
                .isZero();
        assertThat(out.toString().lines())
                .containsExactly("eng-fra: already there", "tinyshakespeare: already there");
        assertThat(folder).isDirectoryNotContaining("glob:**.fetch");
    }

    @Test
    void anUnknownSetIsMisuse() {
        assertThat(run("data", "fetch", "imagenet")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "there is no data set 'imagenet' to fetch; choose from cifar-10, cifar-100,"
                                + " eng-fra, tinyshakespeare, e2e-nlg, gpt2-bpe");
    }

    @Test
    void whatWasFetchedIsSaid() {
        PublishedFile file =
                new PublishedFile(
                        URI.create("https://data.invalid/a.zip"),
                        OptionalLong.empty(),
                        Optional.empty(),
                        Packing.ZIP,
                        List.of());
        assertThat(
                        DataCommand.describe(
                                new Fetched(
                                        file, 2_097_152, "ab", List.of(folder.resolve("x.txt")))))
                .isEqualToNormalizingNewlines(
                        "  a.zip: 2,097,152 bytes (2.0 MiB), SHA-256 ab, trusted on first use: no"
                                + " checksum is published\n"
                                + "  put in place, each with its .sha256: x.txt");
    }

    private void give(String name) throws IOException {
        Files.createDirectories(folder.resolve(name).getParent());
        Files.createFile(folder.resolve(name));
    }

    private int run(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(args);
    }
}
