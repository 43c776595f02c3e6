package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.bdia.data.PublishedFile.Member;
import org.bdia.data.PublishedFile.Packing;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnpackerTest {
    private static final byte[] CONTENT = TestFiles.noise(5_000, 1);
    private static final String LONG = "d/" + "long".repeat(40) + ".bin";

    @TempDir private Path root;

    @Test
    void aTarArchiveGivesItsMembersWhateverTheOrder() throws IOException {
        byte[] archive =
                new TarWriter()
                        .entry("d/", '5', new byte[0], 0)
                        .file("d/readme.html", new byte[700])
                        .file("./d/b.bin", new byte[] {7})
                        .file("d/empty.bin", new byte[0])
                        .file("d/a.bin", CONTENT)
                        .gzipped();
        assertThat(unpack(Packing.TAR_GZ, archive, "d/a.bin", "d/b.bin", "d/empty.bin"))
                .containsExactly(CONTENT, new byte[] {7}, new byte[0]);
    }

    @Test
    void longNamesOfBothKindsAreRead() throws IOException {
        byte[] gnu =
                new TarWriter()
                        .file("x", new byte[3])
                        .entry(
                                "././@LongLink",
                                'L',
                                (LONG + "\0").getBytes(StandardCharsets.UTF_8),
                                LONG.length() + 1)
                        .file(LONG.substring(0, 99), CONTENT)
                        .gzipped();
        assertThat(unpack(Packing.TAR_GZ, gnu, LONG)).containsExactly(CONTENT);
        String record = "path=" + LONG + "\n";
        byte[] extension =
                ("18 mtime=1.500000\n" + (record.length() + 4) + " " + record)
                        .getBytes(StandardCharsets.UTF_8);
        byte[] pax =
                new TarWriter()
                        .entry("PaxHeader", 'x', extension, extension.length)
                        .file("short", CONTENT)
                        .gzipped();
        assertThat(unpack(Packing.TAR_GZ, pax, LONG)).containsExactly(CONTENT);
    }

    @Test
    void aZipArchiveGivesItsMembers() throws IOException {
        byte[] archive = zip(Map.of("fra.txt", CONTENT, "_about.txt", new byte[] {1}));
        assertThat(unpack(Packing.ZIP, archive, "_about.txt", "fra.txt"))
                .containsExactly(new byte[] {1}, CONTENT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"../a", "d/../../a", "..", "/a", "//a", "C:/a", "c:a", "d\\..\\a", "a\nb"})
    void aNameThatLeadsOutIsRefused(String name) throws IOException {
        byte[] tar = new TarWriter().file("a.bin", CONTENT).file(name, CONTENT).gzipped();
        assertRefused(Packing.TAR_GZ, tar, "an entry '" + name + "'");
        assertRefused(Packing.ZIP, zip(Map.of(name, CONTENT)), "an entry '" + name + "'");
    }

    @ParameterizedTest
    @ValueSource(chars = {'1', '2', '3', '4', '6', 'S'})
    void aLinkOrDeviceInATarIsRefused(char type) throws IOException {
        byte[] tar = new TarWriter().entry("a.bin", type, new byte[0], 0).gzipped();
        assertRefused(Packing.TAR_GZ, tar, "a link or a device, 'a.bin'");
    }

    @Test
    void aLinkInAZipIsRefused() throws IOException {
        byte[] zip = zip(Map.of("a.bin", "/etc/hostname".getBytes(StandardCharsets.UTF_8)));
        int entry = new String(zip, StandardCharsets.ISO_8859_1).indexOf("PK\1\2");
        zip[entry + 5] = 3; // made on Unix
        zip[entry + 41] = (byte) 0xA1; // a symbolic link
        assertRefused(Packing.ZIP, zip, "a link or a device, 'a.bin'");
    }

    @Test
    void limitsHold() throws IOException {
        TarWriter many = new TarWriter();
        for (int i = 0; i < 11; i++) {
            many.file("f" + i, new byte[1]);
        }
        assertRefused(Packing.TAR_GZ, many.gzipped(), "more");
        byte[] bomb = new byte[FetchRulesForTests.UNPACKED + 1];
        assertRefused(Packing.TAR_GZ, new TarWriter().file("a.bin", bomb).gzipped(), "more");
        assertRefused(Packing.TAR_GZ, new TarWriter().file("unwanted", bomb).gzipped(), "more");
        assertRefused(Packing.ZIP, zip(Map.of("a.bin", bomb)), "more");
        byte[] twice = new TarWriter().file("a.bin", CONTENT).file("a.bin", CONTENT).gzipped();
        assertRefused(Packing.TAR_GZ, twice, "'a.bin' twice");
        assertRefused(Packing.TAR_GZ, new TarWriter().gzipped(), "none of this name");
    }

    @Test
    void aDamagedTarIsRefusedWhereverItIsCut() throws IOException {
        byte[] tar = new TarWriter().file("a.bin", CONTENT).bytes();
        for (int length : List.of(0, 1, 511, 512, 600, 5_511, 6_000)) {
            assertRefused(Packing.TAR_GZ, TarWriter.gzip(Arrays.copyOf(tar, length)), "an end");
        }
        byte[] whole = TarWriter.gzip(tar);
        for (int length : List.of(0, 5, 20, whole.length / 2, whole.length - 1)) {
            assertRefused(Packing.TAR_GZ, Arrays.copyOf(whole, length), "");
        }
        whole[whole.length - 6] ^= 1;
        assertRefused(Packing.TAR_GZ, whole, "Corrupt GZIP trailer");
        byte[] flipped = tar.clone();
        flipped[3] ^= 1;
        assertRefused(Packing.TAR_GZ, TarWriter.gzip(flipped), "a tar header whose sum is wrong");
        assertRefused(Packing.TAR_GZ, tar, "Not in GZIP format");
    }

    @Test
    void aDamagedZipIsRefused() throws IOException {
        byte[] zip = zip(Map.of("a.bin", CONTENT));
        for (int length : List.of(0, 10, zip.length / 2, zip.length - 1)) {
            assertRefused(Packing.ZIP, Arrays.copyOf(zip, length), "");
        }
        zip[3000] ^= 1; // noise is stored as it is, so only the checksum tells
        assertRefused(Packing.ZIP, zip, "an entry 'a.bin' whose checksum is wrong");
        assertRefused(Packing.ZIP, CONTENT, "zip END header not found");
    }

    @Test
    void aMemberOfAnotherSizeIsRefused() throws IOException {
        Path archive = Files.write(root.resolve("archive"), CONTENT);
        Member member = new Member("a", "a", OptionalLong.of(4_999), true);
        Path into = Files.createDirectory(root.resolve("into"));
        assertThatThrownBy(
                        () ->
                                Unpacker.unpack(
                                        file(Packing.PLAIN, List.of(member)),
                                        archive,
                                        into,
                                        FetchRulesForTests.PATIENT))
                .isInstanceOfSatisfying(
                        Unpacker.RefusedException.class,
                        e -> {
                            assertThat(e.expected()).isEqualTo("4999 bytes of a");
                            assertThat(e.found()).isEqualTo("5000 bytes");
                        });
    }

    private void assertRefused(Packing packing, byte[] archive, String found) {
        assertThatThrownBy(() -> unpack(packing, archive, "a.bin"))
                .isInstanceOfSatisfying(
                        Unpacker.RefusedException.class,
                        e -> assertThat(e.found()).contains(found));
    }

    private List<byte[]> unpack(Packing packing, byte[] bytes, String... names) throws IOException {
        Path archive = Files.write(Files.createTempFile(root, "archive", ""), bytes);
        Path into = Files.createTempDirectory(root, "into");
        List<Member> members =
                Arrays.stream(names)
                        .map(name -> new Member(name, name, OptionalLong.empty(), true))
                        .toList();
        Map<Member, Path> unpacked =
                Unpacker.unpack(file(packing, members), archive, into, FetchRulesForTests.PATIENT);
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
