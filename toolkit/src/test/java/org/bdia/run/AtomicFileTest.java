package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir private Path folder;

    @Test
    void aFileIsReplacedWholeAndNothingElseIsLeft() throws IOException {
        var file = folder.resolve("a.json");
        AtomicFile.write(file, "a long first content");
        AtomicFile.write(file, "ü");
        assertThat(AtomicFile.read(file)).isEqualTo("ü");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void aFileThatAnEditorOnWindowsSavedIsTheSameText() throws IOException {
        var file = Files.writeString(folder.resolve("a.json"), "\uFEFF{\r\n}\r\n");
        assertThat(AtomicFile.read(file)).isEqualTo("{\n}\n");
        assertThat(AtomicFile.exact(file)).isEqualTo("\uFEFF{\r\n}\r\n");
    }

    @Test
    void aFailedWriteLeavesTheOldContent() throws IOException {
        var file = folder.resolve("a.json");
        AtomicFile.write(file, "old");
        // Something in the temporary name's way stands for a full disk.
        Files.createDirectory(folder.resolve("a.json.tmp"));
        assertThatThrownBy(() -> AtomicFile.write(file, "new"))
                .isInstanceOf(RunException.class)
                .hasMessageContaining(file.toString());
        assertThat(file).hasContent("old");
    }

    @Test
    void aFailedWriteLeavesNothingTemporary() throws IOException {
        var inTheWay = folder.resolve("a.json");
        Files.createDirectories(inTheWay.resolve("full"));
        assertThatThrownBy(() -> AtomicFile.write(inTheWay, "new"))
                .isInstanceOf(RunException.class)
                .hasMessageEndingWith("check space and rights");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(inTheWay));
    }

    @Test
    void aFolderIsMadeWithItsParentsAndStaysAsItIs() throws IOException {
        var deep = folder.resolve("a/b/c");
        AtomicFile.makeFolder(deep);
        Files.createFile(deep.resolve("kept"));
        AtomicFile.makeFolder(deep);
        assertThat(deep.resolve("kept")).exists();
    }

    @Test
    void aFolderThatCannotBeSyncedIsAnError() {
        assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
        assertThatThrownBy(() -> AtomicFile.syncFolder(folder.resolve("missing")))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("missing: cannot be synced")
                .hasMessageContaining("check the disk");
    }
}
