package org.bdia.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {
    private static final byte[] BYTES = {1, 2, 3};

    @TempDir private Path folder;

    @Test
    void aFileIsReplacedWholeAndNothingElseIsLeft() throws IOException {
        var file = folder.resolve("a.json");
        DurableFiles.replace(file, "a long first content");
        DurableFiles.replace(file, "ü");
        assertThat(Files.readString(file)).isEqualTo("ü");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void aFailedWriteLeavesTheOldContentAndNothingElse() throws IOException {
        var file = folder.resolve("a.json");
        DurableFiles.replace(file, "old");
        assertThatThrownBy(
                        () ->
                                DurableFiles.replace(
                                        file,
                                        channel -> {
                                            channel.write(ByteBuffer.wrap(BYTES));
                                            throw new IOException("no space left");
                                        }))
                .hasMessage("no space left");
        assertThat(file).hasContent("old");
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(file));
    }

    @Test
    void aFailedMoveLeavesNothingTemporary() throws IOException {
        var inTheWay = folder.resolve("a.json");
        Files.createDirectories(inTheWay.resolve("full"));
        assertThatThrownBy(() -> DurableFiles.replace(inTheWay, BYTES))
                .isInstanceOf(IOException.class);
        assertThat(folder).isDirectoryNotContaining(path -> !path.equals(inTheWay));
    }

    @Test
    void whatKilledWritersOfTheFileHaveLeftIsDeleted() throws IOException {
        var file = folder.resolve("a.json");
        var own = ".a.json." + ProcessHandle.current().pid() + ".tmp";
        // No system has that many processes.
        for (var name : new String[] {own, ".a.json.999999999999.tmp"}) {
            Files.write(folder.resolve(name), BYTES);
        }
        var another = Files.write(folder.resolve(".b.json.999999999999.tmp"), BYTES);
        DurableFiles.replace(file, "whole");
        assertThat(file).hasContent("whole");
        assertThat(folder)
                .isDirectoryNotContaining(path -> !path.equals(file) && !path.equals(another));
    }

    @Test
    void whatAnotherProcessIsWritingIsKept() throws Exception {
        var other = ProcessHandle.current().parent();
        assumeThat(other).isPresent();
        var theirs = folder.resolve(".a.json." + other.get().pid() + ".tmp");
        Files.write(theirs, BYTES);
        DurableFiles.replace(folder.resolve("a.json"), "whole");
        assertThat(theirs).hasBinaryContent(BYTES);
    }

    @Test
    void aFolderIsPublishedWithItsFiles() throws IOException {
        var temporary = Files.createDirectory(folder.resolve("temporary"));
        var target = folder.resolve("target");
        DurableFiles.create(temporary.resolve("a"), BYTES);
        DurableFiles.publish(temporary, target);
        assertThat(target.resolve("a")).hasBinaryContent(BYTES);
        assertThat(temporary).doesNotExist();
    }

    @Test
    void aFileThatSomebodyElseWroteIsPublished() throws IOException {
        var temporary = Files.write(folder.resolve("temporary"), BYTES);
        DurableFiles.publish(temporary, folder.resolve("target"));
        assertThat(folder.resolve("target")).hasBinaryContent(BYTES);
        assertThat(temporary).doesNotExist();
    }

    @Test
    void aNewFileReplacesNothing() throws IOException {
        var file = Files.write(folder.resolve("a"), BYTES);
        assertThatThrownBy(() -> DurableFiles.create(file, new byte[1]))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertThat(file).hasBinaryContent(BYTES);
    }

    @Test
    void aFolderIsMadeWithItsParentsAndStaysAsItIs() throws IOException {
        var deep = folder.resolve("a/b/c");
        DurableFiles.makeFolder(deep);
        Files.createFile(deep.resolve("kept"));
        DurableFiles.makeFolder(deep);
        assertThat(deep.resolve("kept")).exists();
    }

    @Test
    void aTreeIsDeletedWithAllItHolds() throws IOException {
        var tree = folder.resolve("a");
        Files.createFile(Files.createDirectories(tree.resolve("b/c")).resolve("d"));
        DurableFiles.deleteTree(tree);
        DurableFiles.deleteTree(tree);
        assertThat(tree).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeSyncedIsAnError() {
        assumeThat(folder.getFileSystem().supportedFileAttributeViews()).contains("posix");
        assertThatThrownBy(() -> DurableFiles.syncFolder(folder.resolve("missing")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("missing: cannot be synced")
                .hasMessageContaining("check the disk");
    }
}
