package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClaimsTest {
    private static final String EXACT =
            "{\"id\": \"exact\", \"expected\": \"max(mismatches[bdia]) == 0\", \"why\": \"eq. 24\"}";
    private static final String FALSE = "{\"id\": \"false\", \"expected\": \"mismatches > 0\"}";

    @TempDir private Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @BeforeEach
    void writeReport() throws IOException {
        Report.open("01-exactness", folder, Profile.SMOKE)
                .use(Samples.REAL)
                .add(Samples.row("bdia", 0, "mismatches", 0))
                .write();
    }

    @Test
    void aClaimThatHoldsIsPrintedAndRecorded() throws IOException {
        assertThat(run("[" + EXACT + "]", "smoke")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("exact", "max(mismatches[bdia]) == 0", "0 == 0", "yes");
        assertThat(ResultsFile.read(folder.resolve("results.json")).claims())
                .containsExactly(
                        new ResultsFile.Claim(
                                "exact", "max(mismatches[bdia]) == 0", "0 == 0", true));
    }

    @Test
    void aClaimThatFailsExitsWithOneAndIsRecordedToo() throws IOException {
        assertThat(run("[" + EXACT + "," + FALSE + "]", "smoke")).isEqualTo(1);
        assertThat(ResultsFile.read(folder.resolve("results.json")).claims())
                .extracting(ResultsFile.Claim::holds)
                .containsExactly(true, false);
    }

    @Test
    void aClaimOfThePaperIsRecordedWithItsVerdictAndNeverFails() throws IOException {
        Report report = Report.open("01-exactness", folder, Profile.SMOKE).use(Samples.REAL);
        for (int seed = 0; seed < 4; seed++) {
            report.add(Samples.row("bdia", seed, "loss", 1 + seed * 0.1))
                    .add(Samples.row("standard", seed, "loss", 2 + seed * 0.2))
                    .add(Samples.row("revnet", seed, "loss", 1.1 + seed * (seed - 2) * 0.5));
        }
        report.write();
        String claims =
                "["
                        + paper("better", "high(loss[bdia] - loss[standard]) < 0")
                        + ","
                        + paper("worse", "low(loss[bdia] - loss[standard]) > 0")
                        + ","
                        + paper("open", "low(loss[bdia] - loss[revnet]) > 0")
                        + "]";
        assertThat(run(claims, "smoke")).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("seen", "not seen", "opposite");
        ResultsFile results = ResultsFile.read(folder.resolve("results.json"));
        assertThat(results.claims())
                .extracting(ResultsFile.Claim::verdict)
                .containsExactly("seen", "opposite", "not seen");
        assertThat(results.claims().get(0).found()).matches("\\[-1\\.\\d+, -0\\.\\d+], n = 4");
        assertThat(results.claims())
                .extracting(ResultsFile.Claim::holds)
                .containsExactly(true, false, false);
    }

    @Test
    void aClaimOfThePaperWithoutRowsFails() throws IOException {
        String claims = "[" + paper("a", "low(loss[bdia] - loss[revnet]) > 0") + "]";
        assertThat(run(claims, "smoke")).isEqualTo(1);
        assertThat(Files.readString(folder.resolve("results.json")))
                .contains("an interval needs the same 3 seeds")
                .doesNotContain("verdict");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "loss[bdia] < loss[standard]",
                "high(loss[bdia] - loss[standard]) > 0",
                "low(loss[bdia] - loss[standard]) < 0",
                "low(loss[bdia] - loss[standard]) > 1",
                "2 * low(loss[bdia] - loss[standard]) > 0"
            })
    void aClaimOfThePaperIsTheSignOfADifference(String statement) throws IOException {
        assertThat(run("[" + paper("a", statement) + "]", "smoke")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8))
                .contains("claim 'a': a claim of the paper is high(", statement);
    }

    private static String paper(String id, String statement) {
        return "{\"id\": \"%s\", \"kind\": \"paper\", \"expected\": \"%s\"}"
                .formatted(id, statement);
    }

    @Test
    void filesThatAnEditorOnWindowsSavedAreRead() throws IOException {
        Path results = folder.resolve("results.json");
        Files.writeString(results, "\uFEFF" + Files.readString(results).replace("\n", "\r\n"));

        assertThat(run("\uFEFF[" + EXACT + "]\r\n", "smoke")).isZero();
    }

    @Test
    void nothingClaimedIsNothingBroken() throws IOException {
        assertThat(run("[]", "smoke")).isZero();
    }

    @Test
    void onlyTheClaimsOfTheProfileAreChecked() throws IOException {
        String both = EXACT.replace("{", "{\"profiles\": \"smoke, paper\", ");
        String other = FALSE.replace("{", "{\"profiles\": \"laptop\", ");
        assertThat(run("[" + both + "," + other + "]", "smoke")).isZero();
        assertThat(ResultsFile.read(folder.resolve("results.json")).claims())
                .extracting(ResultsFile.Claim::id)
                .containsExactly("exact");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[",
                "{\"smoke\": []}",
                "[{\"id\": \"a\", \"expected\": \"1 <\"}]",
                "[{\"id\": \"a\", \"expected\": \"1 <\", \"profiles\": \"paper\"}]",
                "[{\"id\": \"a\", \"expected\": \"1 < 2\", \"profiles\": \"huge\"}]",
                "[{\"id\": \"a\"}]",
                "[{\"id\": \"a\", \"expected\": \"1 < 2\", \"when\": \"now\"}]",
                "[{\"id\": \"a\", \"expected\": \"1 < 2\", \"kind\": \"wish\"}]",
                "[{\"id\": \"a\", \"expected\": \"1 < 2\"},"
                        + " {\"id\": \"a\", \"expected\": \"1 < 3\"}]"
            })
    void aBadClaimsFileExitsWithTwoAndLeavesTheResultsAlone(String json) throws IOException {
        String before = Files.readString(folder.resolve("results.json"));
        assertThat(run(json, "smoke")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("claims.json");
        assertThat(folder.resolve("results.json")).hasContent(before);
    }

    @Test
    void aMissingFileAnotherProfileOrABadCallExitsWithTwo() throws IOException {
        assertThat(run("[]", "laptop")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("smoke").contains("laptop");
        assertThat(run("[]", "smok")).isEqualTo(2);
        assertThat(call()).isEqualTo(2);
        Files.delete(folder.resolve("results.json"));
        assertThat(run("[]", "smoke")).isEqualTo(2);
        assertThat(err.toString(StandardCharsets.UTF_8)).contains("results.json");
    }

    @Test
    void aFolderAndBytesThatAreNotTextAreNamed() throws IOException {
        Path claims = Files.createDirectory(folder.resolve("claims"));
        assertThat(call(folder.toString(), claims.toString(), "smoke")).isEqualTo(2);
        Path binary = Files.write(folder.resolve("binary.json"), new byte[] {'{', (byte) 0xFF});
        assertThat(call(folder.toString(), binary.toString(), "smoke")).isEqualTo(2);
        Path results = folder.resolve("results.json");
        Files.write(results, new byte[] {(byte) 0xFF});
        assertThat(run("[]", "smoke")).isEqualTo(2);
        Files.delete(results);
        assertThat(run("[]", "smoke")).isEqualTo(2);
        Files.createDirectory(results);
        assertThat(run("[]", "smoke")).isEqualTo(2);
        String written = ": expected the results file that a notebook writes, found ";
        assertThat(err.toString(StandardCharsets.UTF_8).lines())
                .containsExactly(
                        claims + ": expected a claims file, found a folder; check the path",
                        binary + notText("byte offset 1"),
                        results + notText("byte offset 0"),
                        results + written + "no such file; check the path",
                        results + written + "a folder; check the path");
    }

    private static String notText(String offset) {
        return ": expected UTF-8 text, found the malformed byte 0xFF at "
                + offset
                + ", line 1; convert the file to UTF-8";
    }

    private int run(String json, String profile) throws IOException {
        Path file = Files.writeString(folder.resolve("claims.json"), json);
        return call(folder.toString(), file.toString(), profile);
    }

    private int call(String... args) {
        return Claims.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
    }
}
