package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.bdia.data.PublishedFile.Member;
import org.bdia.data.PublishedFile.Packing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackerTest {
    private static final byte[] CONTENT = TestFiles.noise(5_000, 1);
    private static final String LONG = "d/" + "long".repeat(40) + ".bin";
    private static final long LIMIT = 1 << 20;

    @TempDir private Path root;

    @Test
    void aTarArchiveGivesItsMembersWhateverTheOrder() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        files.put("d/", new byte[0]);
        files.put("d/readme.html", new byte[700]);
        files.put("./d/b.bin", new byte[] {7});
        files.put(LONG, new byte[0]);
        files.put("d/a.bin", CONTENT);
        assertThat(unpack(Packing.TAR_GZ, TestFiles.tarGz(files), "d/a.bin", "d/b.bin", LONG))
                .containsExactly(CONTENT, new byte[] {7}, new byte[0]);
    }

    @Test
    void aZipArchiveGivesItsMembers() throws IOException {
        byte[] archive = zip(Map.of("fra.txt", CONTENT, "_about.txt", new byte[] {1}));
        assertThat(unpack(Packing.ZIP, archive, "_about.txt", "fra.txt"))
                .containsExactly(new byte[] {1}, CONTENT);
    }

    @Test
    void aPlainFileIsItsOwnMember() throws IOException {
        assertThat(unpack(Packing.PLAIN, CONTENT, "a.bin")).containsExactly(CONTENT);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a", "d/../../a", "..", "/a", "C:/a", "d\\..\\a", "a\nb"})
    void noNameLeadsOut(String name) throws IOException {
        Map<String, byte[]> files = Map.of("a.bin", CONTENT, name, new byte[9]);
        assertThat(unpack(Packing.TAR_GZ, TestFiles.tarGz(files), "a.bin", name))
                .containsExactly(CONTENT, new byte[9]);
        assertThat(unpack(Packing.ZIP, zip(files), "a.bin", name))
                .containsExactly(CONTENT, new byte[9]);
        assertThat(TestFiles.listing(root)).allMatch(path -> path.matches("archive.*|into.*/[01]"));
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '2', '3', '4', '6', 'S'})
    void aLinkOrDeviceIsNoMember(char type) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            var link = new TarArchiveEntry("a.bin", (byte) type);
            link.setLinkName("/etc/hostname");
            tar.putArchiveEntry(link);
            tar.closeArchiveEntry();
        }
        assertRefused(Packing.TAR_GZ, bytes.toByteArray(), "none of this name");
    }

    @Test
    void onlyMembersAreWrittenAndNoneOfThemWithoutALimit() throws IOException {
        byte[] bomb = new byte[(int) LIMIT + 1];
        Map<String, byte[]> files = Map.of("a.bin", bomb, "b.bin", bomb);
        assertRefused(Packing.TAR_GZ, TestFiles.tarGz(files), "more;");
        assertRefused(Packing.ZIP, zip(files), "more;");
        assertThat(TestFiles.listing(root))
                .filteredOn(path -> path.startsWith("into"))
                .allMatch(path -> path.endsWith("/0"));
    }

    @Test
    void aDamagedTarIsRefusedWhereverItIsCut() throws IOException {
        byte[] whole = TestFiles.tarGz(Map.of("a.bin", CONTENT));
        for (int length : List.of(0, 5, 20, whole.length / 2, whole.length - 100)) {
            assertRefused(Packing.TAR_GZ, Arrays.copyOf(whole, length), "");
        }
        assertRefused(Packing.TAR_GZ, CONTENT, "Not in GZIP format");
        assertRefused(Packing.TAR_GZ, TestFiles.tarGz(Map.of()), "none of this name");
    }

    @Test
    void aDamagedZipIsRefused() throws IOException {
        byte[] zip = zip(Map.of("a.bin", CONTENT));
        for (int length : List.of(0, 10, 100, zip.length / 2)) {
            assertRefused(Packing.ZIP, Arrays.copyOf(zip, length), "");
        }
        zip[3000] ^= 1; // noise is stored as it is, so only the checksum tells
        assertRefused(Packing.ZIP, zip, "invalid entry CRC");
        assertRefused(Packing.ZIP, CONTENT, "none of this name");
    }

    @ParameterizedTest
    @ValueSource(longs = {4_999, 5_001})
    void aMemberOfAnotherSizeIsRefused(long size) throws IOException {
        Path archive = Files.write(root.resolve("a"), TestFiles.tarGz(Map.of("a", CONTENT)));
        Member member = new Member("a", "a", OptionalLong.of(size), true);
        PublishedFile published = file(Packing.TAR_GZ, List.of(member));
        assertThatThrownBy(() -> Unpacker.unpack(published, archive, root))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "expected %d bytes of a, found %s;",
                        size, size < CONTENT.length ? "more" : "5000 bytes");
    }

    private void assertRefused(Packing packing, byte[] archive, String found) {
        assertThatThrownBy(() -> unpack(packing, archive, "a.bin"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("https://data.invalid/archive: expected ")
                .hasMessageContaining(found);
    }

    private List<byte[]> unpack(Packing packing, byte[] bytes, String... names) throws IOException {
        Path archive = Files.write(Files.createTempFile(root, "archive", ""), bytes);
        Path into = Files.createTempDirectory(root, "into");
        List<Member> members =
                Arrays.stream(names)
                        .map(name -> new Member(name, name, OptionalLong.empty(), true))
                        .toList();
        Map<Member, Path> unpacked = Unpacker.unpack(file(packing, members), archive, into, LIMIT);
        assertThat(unpacked.keySet()).containsExactlyElementsOf(members);
        return unpacked.values().stream().map(UnpackerTest::bytes).toList();
    }

    private static byte[] bytes(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PublishedFile file(Packing packing, List<Member> members) {
        return new PublishedFile(
                URI.create("https://data.invalid/archive"),
                OptionalLong.empty(),
                Optional.empty(),
                packing,
                members);
    }

    private static byte[] zip(Map<String, byte[]> entries) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (var entry : entries.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
            }
        }
        return bytes.toByteArray();
    }
}
