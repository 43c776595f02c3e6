package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CacheFindingTest {

    @TempDir private Path folder;

    @Test
    void hiddenCachesAreNamedWithWhatIsUnsafe() {
        Finding missing = CacheFinding.of(folder.resolve("cache"), true);
        assertThat(missing.ok()).isFalse();
        assertThat(missing.found()).contains("convolutions and LSTMs");
        assertThat(missing.fix()).contains("stack.check(x)");
        assertThat(CacheFinding.of(folder, true)).isEqualTo(missing);
    }

    @Test
    void knownCachesAndOtherSystemsAreOk() throws IOException {
        assertThat(CacheFinding.of(folder.resolve("cache"), false).ok()).isTrue();
        Files.createDirectory(folder.resolve("index0"));
        assertThat(CacheFinding.of(folder, true).ok()).isTrue();
    }
}
