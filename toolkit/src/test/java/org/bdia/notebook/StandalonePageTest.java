package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.bdia.report.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ci/standalone.py lets through into a report; skipped where there is no python3. */
class StandalonePageTest {
    private static final Path GUARD = Path.of("..", "ci", "standalone.py");

    @TempDir private Path folder;

    @Test
    void ourFiguresAndWhatIsInThePageOrBesideItPass() throws Exception {
        var figure = MimeBundle.of(Samples.exactness("errors")).data().get("text/html");
        assertThat(
                        refusals(
                                figure,
                                "<a href='https://host.invalid/'>a link to click</a>",
                                "<img src='figures/a.png'><img src='data:image/png;base64,iVBOR'>",
                                "<style>p { background: url(data:image/png;base64,iVBOR) }</style>",
                                "<svg xmlns='http://www.w3.org/2000/svg'><use xlink:href='#a'/></svg>",
                                "<p>src=\"https://host.invalid/\" import('https://host.invalid/')</p>",
                                "<script>var layout = {title: 'from https://host.invalid/'};</script>"))
                .isEmpty();
    }

    @Test
    void whatABrowserWouldFetchIsRefusedByName() throws Exception {
        var references =
                List.of(
                        "<script src='https://host.invalid/a'></script>",
                        "<IMG SRC=//host.invalid/a>",
                        "<img src='&#104;ttp://host.invalid/a'>",
                        "<img srcset='data:image/png;base64,iV//BOR 1x, https://host.invalid/a 2x'>",
                        "<link rel=stylesheet href='http://host.invalid/a'>",
                        "<iframe srcdoc=\"<img src='https://host.invalid/a'>\"></iframe>",
                        "<p style='background: url( \"https://host.invalid/a\" )'>",
                        "<style>@import 'https://host.invalid/a';</style>",
                        "<style>p { background: URL(//host.invalid/a) }</style>",
                        "<script>import('https://host.invalid/a').then(f);</script>",
                        "<script type=module>import f from \"https://host.invalid/a\";</script>",
                        "<script>element.src = `https://host.invalid/a`;</script>",
                        "<object data='file:///host.invalid/a'></object>",
                        "<svg><image href='https://host.invalid/a'/></svg>");
        var pages =
                references.stream()
                        .map(it -> "<html><body>" + it + "<img src='https://later.invalid/'>")
                        .toArray(String[]::new);
        var refusals = refusals(pages);
        assertThat(refusals).hasSameSizeAs(references);
        for (int i = 0; i < pages.length; i++) {
            assertThat(refusals.get(i))
                    .as(references.get(i))
                    .startsWith(
                            folder.resolve(i + ".html") + ": expected a page that fetches nothing,")
                    .containsPattern("found \\S*//host\\.invalid/a in <\\w+")
                    .doesNotContain("later.invalid");
        }
    }

    /** What the guard says of the pages, a line for each that it refuses. */
    private List<String> refusals(String... pages) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3", GUARD.toString()));
        for (int i = 0; i < pages.length; i++) {
            Path file = Files.writeString(folder.resolve(i + ".html"), pages[i]);
            command.add(file.toString());
        }
        Path said = folder.resolve("said.txt");
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        Process process = null;
        try {
            process = builder.redirectOutput(said.toFile()).start();
        } catch (IOException e) {
            assumeTrue(false, "skipped: no python3 here");
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        List<String> lines = Files.readAllLines(said);
        assertThat(process.exitValue()).as(lines.toString()).isEqualTo(lines.isEmpty() ? 0 : 1);
        return lines;
    }
}
