package org.bdia.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFileTest {
    @TempDir private Path folder;

    @Test
    void whatIsWrittenIsRead() {
        var file = folder.resolve("a.json");
        TextFile.write(file, "ü");
        assertThat(TextFile.read(file)).isEqualTo("ü");
    }

    @Test
    void aFileThatAnEditorOnWindowsSavedIsTheSameText() throws IOException {
        var file = Files.writeString(folder.resolve("a.json"), "\uFEFF{\r\n}\r\n");
        assertThat(TextFile.read(file)).isEqualTo("{\n}\n");
        assertThat(TextFile.exact(file)).isEqualTo("\uFEFF{\r\n}\r\n");
    }

    @Test
    void aFileThatCannotBeWrittenIsNamed() throws IOException {
        var inTheWay = folder.resolve("a.json");
        Files.createDirectories(inTheWay.resolve("full"));
        assertThatThrownBy(() -> TextFile.write(inTheWay, "new"))
                .isInstanceOf(FileException.class)
                .hasMessageStartingWith(inTheWay + ": cannot be written")
                .hasMessageEndingWith("check space and permissions");
    }
}
