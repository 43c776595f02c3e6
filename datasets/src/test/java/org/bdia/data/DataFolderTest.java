package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataFolderTest {
    private static final byte[] CONTENT = TestFiles.noise(10_000, 1);

    @TempDir private Path root;
    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.at(root);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz", ".xz"})
    void aFileReadsTheSameHoweverItIsStored(String suffix) throws IOException {
        var stored = TestFiles.write(root.resolve("set/a.bin" + suffix), CONTENT);
        assertThat(folder.has("set/a.bin")).isTrue();
        assertThat(folder.locate("set/a.bin")).isEqualTo(stored);
        assertThat(folder.read("set/a.bin", CONTENT.length)).isEqualTo(CONTENT);
    }

    @Test
    void aPlainFileIsCheckedAndACompressedOneRefused() throws IOException {
        var weights = TestFiles.write(root.resolve("set/w.safetensors"), CONTENT);
        assertThat(folder.plain("set/w.safetensors")).isEqualTo(weights);
        assertThat(folder.sha256("set/w.safetensors")).isEqualTo(Sha256.of(CONTENT));
        Files.writeString(root.resolve("set/w.safetensors.sha256"), "0".repeat(64));
        assertThatThrownBy(() -> folder.plain("set/w.safetensors"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("0".repeat(64), Sha256.of(CONTENT));
        var packed = TestFiles.write(root.resolve("v.gz"), CONTENT);
        assertThatThrownBy(() -> folder.plain("v"))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        packed
                                + ": expected a plain file, which is read where it is, found a compressed one; unpack it");
        assertThatThrownBy(() -> folder.plain("none")).hasMessageContaining("no none (also");
    }

    @Test
    void thePlainFileComesFirst() throws IOException {
        TestFiles.write(root.resolve("a.xz"), CONTENT);
        TestFiles.write(root.resolve("a"), new byte[] {7});
        assertThat(folder.read("a", 10)).containsExactly(7);
    }

    @Test
    void aMissingFileSaysWhereItWasLookedForAndHowToMend() {
        assertThat(folder.has("set/a.bin")).isFalse();
        assertThatThrownBy(() -> folder.open("set/a.bin"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        root.toString(),
                        "set/a.bin",
                        ".gz",
                        ".xz",
                        "datasets/README.md",
                        "BDIA_DATA");
    }

    @ParameterizedTest
    @ValueSource(strings = {".gz", ".xz"})
    void aTruncatedFileIsRefused(String suffix) throws IOException {
        var stored = TestFiles.write(root.resolve("a" + suffix), CONTENT);
        var bytes = Files.readAllBytes(stored);
        for (int length : new int[] {0, 5, bytes.length / 2, bytes.length - 1}) {
            Files.write(stored, Arrays.copyOf(bytes, length));
            assertThatThrownBy(() -> folder.read("a", CONTENT.length))
                    .as("%d of %d bytes", length, bytes.length)
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll(stored.toString(), "unbroken", "datasets/README.md");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {".gz", ".xz"})
    void aFlippedBitIsRefused(String suffix) throws IOException {
        var stored = TestFiles.write(root.resolve("a" + suffix), CONTENT);
        var bytes = Files.readAllBytes(stored);
        bytes[bytes.length / 2] ^= 16;
        Files.write(stored, bytes);
        assertThatThrownBy(() -> folder.read("a", CONTENT.length))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(stored.toString());
    }

    @Test
    void aFileAboveTheLimitIsRefused() throws IOException {
        TestFiles.write(root.resolve("a.gz"), CONTENT);
        assertThatThrownBy(() -> folder.read("a", CONTENT.length - 1))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.gz", "at most 9999");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".gz", ".xz"})
    void piecesAreTheFileInOrderWhereverTheyAreCut(String suffix) throws IOException {
        TestFiles.write(root.resolve("a" + suffix), CONTENT);
        for (int length : new int[] {1_000, 4_096, CONTENT.length, 1 << 20}) {
            var joined = ByteBuffer.allocate(CONTENT.length);
            var pieces = folder.pieces("a", CONTENT.length, length);
            pieces.forEach(joined::put);
            assertThat(joined.array()).isEqualTo(CONTENT);
            assertThat(pieces).hasSize((CONTENT.length + length - 1) / length);
        }
    }

    @Test
    void onlyPlainPiecesAreMapped() throws IOException {
        TestFiles.write(root.resolve("plain"), CONTENT);
        TestFiles.write(root.resolve("packed.gz"), CONTENT);
        assertThat(folder.pieces("plain", 1, 1 << 20))
                .allSatisfy(piece -> assertThat(piece).isInstanceOf(MappedByteBuffer.class));
        assertThat(folder.pieces("packed", CONTENT.length, 1 << 20))
                .allSatisfy(piece -> assertThat(piece.isDirect()).isFalse());
        assertThatThrownBy(() -> folder.pieces("packed", CONTENT.length - 1, 1 << 20))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("packed.gz", "at most 9999");
    }

    @Test
    void piecesOfAFileWithAnotherChecksumAreRefused() throws IOException {
        TestFiles.write(root.resolve("a"), CONTENT);
        Files.writeString(root.resolve("a.sha256"), "0".repeat(64));
        assertThatThrownBy(() -> folder.pieces("a", 1, 1 << 20))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("0".repeat(64), Sha256.of(CONTENT));
    }

    @Test
    void theSidecarBindsTheFileAsStored() throws IOException {
        var stored = TestFiles.write(root.resolve("a.xz"), CONTENT);
        var sidecar = root.resolve("a.xz.sha256");
        var sum = Sha256.of(Files.readAllBytes(stored));
        Files.writeString(sidecar, sum + "  a.xz\n");
        assertThat(folder.read("a", CONTENT.length)).isEqualTo(CONTENT);

        var other = Sha256.of(CONTENT);
        Files.writeString(sidecar, other + "  a.xz\n");
        assertThatThrownBy(() -> folder.open("a"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(stored.toString(), other, sum);
    }

    @Test
    void aSidecarThatIsNoChecksumIsRefused() throws IOException {
        TestFiles.write(root.resolve("a"), CONTENT);
        Files.writeString(root.resolve("a.sha256"), "not found");
        assertThatThrownBy(() -> folder.open("a"))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.sha256", "64 hexadecimal digits", "'not'");
    }

    @Test
    void linesAreStrippedAndBlankOnesLeftOut() throws IOException {
        Files.writeString(root.resolve("names"), "a\r\n\n b \n\n");
        assertThat(folder.lines("names")).containsExactly("a", "b");
    }

    @Test
    void theEnvironmentNamesTheFolder() {
        var home = root.resolve("home");
        assertThat(DataFolder.from(Map.of("BDIA_DATA", root.toString()), () -> home).path())
                .isEqualTo(root);
        assertThat(DataFolder.from(Map.of(), () -> home).path())
                .isEqualTo(home.resolve(".cache/bdia"));
        assertThat(DataFolder.from(Map.of("BDIA_DATA", " "), () -> home).path())
                .isEqualTo(home.resolve(".cache/bdia"));
    }
}
