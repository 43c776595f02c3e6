package org.bdia.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class Sha256Test {
    /** The example of FIPS 180-4. */
    private static final String ABC =
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    @TempDir private Path folder;

    @Test
    void everyWayGivesThePublishedHash() throws IOException {
        byte[] bytes = "abc".getBytes(StandardCharsets.UTF_8);
        var digest = Sha256.digest();
        digest.update(bytes);

        assertThat(Sha256.hex(digest)).isEqualTo(ABC);
        assertThat(Sha256.of(bytes)).isEqualTo(ABC);
        assertThat(Sha256.of("abc")).isEqualTo(ABC);
        assertThat(Sha256.of(Files.write(folder.resolve("a"), bytes))).isEqualTo(ABC);
    }

    @Test
    void aMissingFileIsNamed() {
        assertThatThrownBy(() -> Sha256.of(folder.resolve("missing")))
                .isInstanceOf(NoSuchFileException.class)
                .hasMessageContaining("missing");
    }
}
