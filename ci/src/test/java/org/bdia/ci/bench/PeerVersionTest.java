package org.bdia.ci.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which PyTorch ci/peers/reversible.py accepts; its place is taken by a module that has a version alone. */
class PeerVersionTest {

    private static final Path SCRIPT = Path.of("peers", "reversible.py").toAbsolutePath();

    @TempDir private Path modules;

    private record Answer(int status, String text) {}

    @ParameterizedTest
    @ValueSource(strings = {"2.13.0+cpu", "2.14.0a0+git1", "3.0.0"})
    void aRecentOneIsAPeer(String version) throws Exception {
        assertThat(ask(version)).isEqualTo(new Answer(0, "PyTorch " + version));
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.13.1", "2.2.0", "2.12.1+cu130"})
    void anOldOneIsRefused(String version) throws Exception {
        Answer answer = ask(version);
        assertThat(answer.status()).isEqualTo(3);
        assertThat(answer.text())
                .contains("PyTorch " + version + " is too old")
                .contains("2.13 or newer")
                .contains("BDIA_PYTHON")
                .doesNotContain("Traceback");
    }

    @Test
    void oneThatIsMissingIsNamed() throws Exception {
        Files.writeString(modules.resolve("torch.py"), "raise ImportError('no torch')");
        Answer answer = python();
        assertThat(answer.status()).isEqualTo(3);
        assertThat(answer.text()).contains("PyTorch is not installed (no torch)");
    }

    private Answer ask(String version) throws Exception {
        Files.writeString(modules.resolve("torch.py"), "__version__ = '" + version + "'");
        return python();
    }

    private Answer python() throws Exception {
        var builder = new ProcessBuilder("python3", SCRIPT.toString(), "version");
        builder.environment().put("PYTHONPATH", modules.toString());
        builder.redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            assumeThat(e).as("a python3").isNull();
            throw e;
        }
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text.strip());
    }
}
