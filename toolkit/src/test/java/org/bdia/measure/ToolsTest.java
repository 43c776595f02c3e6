package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@EnabledOnOs(OS.LINUX)
class ToolsTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"my thesis", "a:b"})
    void aLibraryThatCannotBePreloadedIsCopied(String name) throws IOException {
        Path library =
                Files.writeString(
                        Files.createDirectory(folder.resolve(name)).resolve("memory.so"), "code");
        Path preloaded = new Tools(library, List.of(), 1).shim();
        assertThat(preloaded.toString()).doesNotContain(" ", ":").endsWith(".so");
        assertThat(preloaded).hasSameBinaryContentAs(library);
    }

    @Test
    void anyOtherIsTakenAsItIs() {
        Path library = Path.of("target", "memory.so");
        assertThat(new Tools(library, List.of(), 1).shim()).isEqualTo(library);
        assertThat(new Tools(null, List.of(), 1).shim()).isNull();
    }

    @Test
    void aLibraryThatIsMissingIsNamed() {
        Path library = folder.resolve("a b").resolve("missing.so");
        assertThatThrownBy(() -> new Tools(library, List.of(), 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(library.toString());
    }
}
