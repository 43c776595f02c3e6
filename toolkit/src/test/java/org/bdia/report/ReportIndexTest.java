package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The page that ci/report_index.py writes; skipped where there is no python3. */
class ReportIndexTest {
    private static final Path INDEX = Path.of("..", "ci", "report_index.py");

    @TempDir private Path folder;

    @Test
    void aNotebookHasItsQuestionAnswerAndClaimsInWords() throws Exception {
        Path notebook = notebook("01-exactness", "done");
        Files.writeString(
                notebook.resolve("notebook.ipynb"),
                "{\"cells\": [{\"source\": [\"# Exactness: rebuilt?\\n\", \"\\n\", \"**Question.** Is it <0>, unlike [02-cifar](02-cifar.ipynb) and [others](a.md)?\\n\"]}]}");
        Report report = Report.open("01-exactness", notebook, Profile.SMOKE).use(Samples.STAND_IN);
        report.add(row("bdia", "mismatches", 0)).add(row("bdia", "activations", 1234567));
        report.add(row("bdia-float", "input_error", 0.25));
        ResultsFile results = ResultsFile.read(report.write());
        results.withClaims(
                        List.of(
                                new ResultsFile.Claim(
                                        "exact-everywhere",
                                        "max(mismatches[bdia]) == 0",
                                        "0 == 0",
                                        true),
                                new ResultsFile.Claim(
                                        "better",
                                        "low(a - b) > 0",
                                        "[-2, -1], n = 2",
                                        false,
                                        "opposite")))
                .write(notebook.resolve(ResultsFile.NAME));

        String page = page();
        assertThat(page)
                .contains("<h2>Exactness: rebuilt?</h2>", "synthetic")
                .contains("Is it &lt;0&gt;, unlike <a href=\"#02-cifar\">02-cifar</a> and others?")
                .contains("Of 1,234,567 activations that exact BDIA rebuilds, in up to 6 blocks, 0")
                .contains("2026-11-28, commit abc123, profile smoke", "<b>exact everywhere</b>")
                .contains(
                        "<span class=\"good\">1 of 1 hold; of the paper&#x27;s 0 of 1 seen, 1 opposite<")
                .contains("<span class=\"caution\">opposite</span> · <b>better</b>")
                .contains("width=device-width", "prefers-color-scheme: dark")
                .containsPattern("(?s)<details>.*cd34.*</details>")
                .containsPattern("<details>[^\n]*max\\(mismatches\\[bdia\\]\\) == 0");
    }

    @Test
    void aNotebookThatFailedIsShownAsSuch() throws Exception {
        notebook("02-cifar", "a cell threw");
        assertThat(page())
                .contains("a cell threw", "no results.json", "0 of 0", "no claims checked");
    }

    private Path notebook(String name, String status) throws IOException {
        Path notebook = Files.createDirectories(folder.resolve(name));
        Files.writeString(
                notebook.resolve("run.json"),
                """
                {"status": "%s", "profile": "smoke", "commit": "abc123", "seconds": 60,
                 "finished": "2026-11-28T21:50:50+00:00"}
                """
                        .formatted(status));
        return notebook;
    }

    private static Result row(String method, String metric, double value) {
        return new Result("exactness", method, "reversible", 0, 6, 0.5, "trained", metric, value);
    }

    private String page() throws IOException, InterruptedException {
        Path said = folder.resolve("said.txt");
        var builder =
                new ProcessBuilder("python3", INDEX.toString(), folder.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(said.toFile());
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = null;
        try {
            process = builder.start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: no python3 here");
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(Files.readString(said)).isZero();
        return Files.readString(folder.resolve("index.html"));
    }
}
