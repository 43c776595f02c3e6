package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunFileTest {
    @TempDir private Path folder;

    @Test
    void whatIsWrittenIsRead() {
        var file = folder.resolve("a.json");
        RunFile.write(file, "ü");
        assertThat(RunFile.read(file)).isEqualTo("ü");
    }

    @Test
    void aFileThatAnEditorOnWindowsSavedIsTheSameText() throws IOException {
        var file = Files.writeString(folder.resolve("a.json"), "\uFEFF{\r\n}\r\n");
        assertThat(RunFile.read(file)).isEqualTo("{\n}\n");
        assertThat(RunFile.exact(file)).isEqualTo("\uFEFF{\r\n}\r\n");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws IOException {
        var inTheWay = folder.resolve("a.json");
        Files.createDirectories(inTheWay.resolve("full"));
        assertThatThrownBy(() -> RunFile.write(inTheWay, "new"))
                .isInstanceOf(RunException.class)
                .hasMessageStartingWith(inTheWay + ": cannot be written")
                .hasMessageEndingWith("check space and rights");
    }
}
