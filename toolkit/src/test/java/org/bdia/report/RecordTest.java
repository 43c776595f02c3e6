package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ci/record.py records and refuses; skipped where there is no python3. */
class RecordTest {

    private static final Path SOURCE = Path.of("..");
    private static final Path PAGE = Path.of("notebooks", "results", "README.md");

    private static final String BETTER =
            "low(test_accuracy[bdia,task=cifar10] - test_accuracy[standard,task=cifar10]) > 0";

    @TempDir private Path root;

    @BeforeEach
    void copyScriptsAndReport() throws IOException {
        Files.createDirectories(root.resolve(PAGE).getParent());
        Files.copy(SOURCE.resolve(PAGE), root.resolve(PAGE));
        Files.copy(SOURCE.resolve("README.md"), root.resolve("README.md"));
        Files.createDirectories(root.resolve("ci"));
        try (Stream<Path> scripts = Files.list(SOURCE.resolve("ci"))) {
            for (Path script : scripts.filter(f -> f.toString().endsWith(".py")).toList()) {
                Files.copy(script, root.resolve("ci").resolve(script.getFileName().toString()));
            }
        }
        report(
                new ResultsFile.Claim("learns", "val_loss < 2.3", "1 < 2.3", true),
                new ResultsFile.Claim(
                        "better", BETTER, "[-0.025, -0.01], n = 2", false, "opposite"));
        Files.createDirectories(root.resolve("ci/claims"));
        Files.writeString(
                root.resolve("ci/claims/02-cifar.json"),
                "[{\"id\": \"better\", \"why\": \"It is better.\"}]");
    }

    @Test
    void runsOfSeveralCommitsAndOneArithmeticAreRecordedTogether() throws Exception {
        run("aa", "abc", "\"arithmetic\": \"1\", ");
        run("bb", "abc+def", "\"arithmetic\": \"1\", ");
        run("cc", "0fe", "");
        Path archive = Files.createDirectories(root.resolve("notebooks/results/runs"));
        Files.writeString(archive.resolve("cc.json"), "{\"arithmetic\": \"1\"}");

        assertThat(record()).contains("recorded notebooks");
        assertThat(
                        Files.readString(
                                root.resolve("notebooks/results/laptop/02-cifar/manifest.json")))
                .containsPattern("\"commits\": \\[\\s*\"0fe\",\\s*\"abc\",\\s*\"def\"\\s*]")
                .contains("\"hours\": 1.5");
        assertThat(Files.readString(root.resolve(PAGE)))
                .contains("commit abc (runs: 0fe, def)")
                .contains("claims: 1 of 1 hold; of the paper's 0 of 1 seen, 1 opposite")
                .contains("| better | `" + BETTER + "` | [-0.025, -0.01], n = 2 | opposite |")
                .contains(
                        "| It is better. | test accuracy, bdia − standard | -2.50 to -1.00 pp | 2 | opposite |"
                                + " set, 15 epochs · laptop | [02](#02-cifar) |");
    }

    @Test
    void runsOfAnotherArithmeticAreRefused() throws Exception {
        run("aa", "abc", "\"arithmetic\": \"1\", ");
        run("bb", "abc", "\"arithmetic\": \"1+2\", ");
        assertThat(record())
                .contains(
                        "run bb of 02-cifar was computed by arithmetic 1+2, but the notebook by 1");
        run("bb", "abc", "");
        assertThat(record()).contains("run bb of 02-cifar was computed by arithmetic unknown");
        run("bb", "abc-dirty+def", "\"arithmetic\": \"1\", ");
        assertThat(record()).contains("run bb of 02-cifar was computed by 'abc-dirty+def'");
    }

    @Test
    void runsOnDataThatHaveChangedAreRefused() throws Exception {
        run("aa", "abc", "\"arithmetic\": \"1\", ");
        Path manifest = run("bb", "abc", "\"arithmetic\": \"1\", ");
        Files.writeString(manifest, Files.readString(manifest).replace("\"00\"", "\"01\""));
        assertThat(record()).contains("the runs of 02-cifar were made on different data");
    }

    @Test
    void aClaimOfThePaperThatCouldNotBeEvaluatedIsRefused() throws Exception {
        report(new ResultsFile.Claim("better", "low(a - b) > 0", "no row", false));
        assertThat(record()).contains("a claim of 02-cifar does not hold, or has no verdict");
    }

    private void report(ResultsFile.Claim... claims) throws IOException {
        Path report = Files.createDirectories(root.resolve("target/report/02-cifar"));
        new ResultsFile(
                        "02-cifar",
                        Profile.LAPTOP,
                        List.of(new Provenance("set", "files", false, "00")),
                        "cpu, 2 cores",
                        List.of(
                                new Result(
                                        "cifar10",
                                        "bdia",
                                        "reversible",
                                        0,
                                        6,
                                        0.5,
                                        "trained",
                                        "train_loss",
                                        1)),
                        List.of(claims))
                .write(report.resolve(ResultsFile.NAME));
        Files.writeString(
                report.resolve("run.json"),
                """
                {"notebook": "02-cifar", "status": "done", "profile": "laptop", "commit": "abc", "seconds": 60,
                 "arithmetic": "1", "seeds": "", "finished": "2026-11-28T21:50:50+00:00", "runs": "%s"}
                """
                        .formatted(
                                root.resolve("target/runs/laptop/02-cifar")
                                        .toString()
                                        .replace("\\", "/")));
    }

    private Path run(String id, String commit, String arithmetic) throws IOException {
        Path run = Files.createDirectories(root.resolve("target/runs/laptop/02-cifar").resolve(id));
        Files.writeString(
                run.resolve("config.json"),
                "{\"task\": {\"kind\": \"CIFAR_10\"}, \"train\": {\"epochs\": 15}}");
        Path manifest = run.resolve("manifest.json");
        Files.writeString(
                manifest,
                "{%s\"commit\": \"%s\", \"hours\": 0.5, \"data\": {\"source\": \"files\", \"sha256\": \"00\"}}"
                        .formatted(arithmetic, commit));
        Files.writeString(run.resolve("DONE"), "");
        return manifest;
    }

    private String record() throws IOException, InterruptedException {
        Path said = root.resolve("said.txt");
        var builder =
                new ProcessBuilder("python3", "ci/record.py", "laptop", "02-cifar")
                        .directory(root.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        builder.environment().put("PYTHONUTF8", "1");
        Process process = null;
        try {
            process = builder.start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: no python3 here");
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(said);
    }
}
