package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import javax.tools.ToolProvider;
import org.bdia.io.ChildJvm;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Libraries of a session, from a repository of files that the test makes. */
@Timeout(180)
class CellMagicsTest {
    private static final String CLASS_PATH = "java.class.path";
    private static final Map<String, byte[]> JARS = new HashMap<>();

    @TempDir private Path temp;
    private final String classPath = System.getProperty(CLASS_PATH);
    private Path repository;
    private CellEvaluator cells;

    @BeforeAll
    static void compile(@TempDir Path sources) throws IOException {
        compile(
                sources,
                "words",
                "package words; public class Words { public static String HELLO = \"hello\"; }");
        compile(
                sources,
                "greeting",
                "package greeting; public class Greeting { public String toString() { return words.Words.HELLO; } }");
    }

    @BeforeEach
    void publish() throws Exception {
        repository = temp.resolve("repository");
        publish("words", "");
        publish("greeting", dependency("words", "compile") + dependency("never-published", "test"));
        cells = new CellEvaluator(maven());
    }

    /** Maven with a local repository of its own, in front of the one that the build has filled. */
    private MavenLibraries maven() throws IOException {
        var settings = Files.writeString(temp.resolve("settings.xml"), "<settings/>");
        var filled =
                System.getProperty(
                        "localRepository",
                        Path.of(System.getProperty("user.home"), ".m2", "repository").toString());
        return new MavenLibraries(
                MavenLibraries.wrapper(),
                Optional.of(repository.toUri().toString()),
                List.of(
                        "-s" + settings,
                        "-Dmaven.repo.local=" + temp.resolve("local"),
                        "-Dmaven.repo.local.tail=" + filled));
    }

    @AfterEach
    void close() {
        cells.close();
        System.setProperty(CLASS_PATH, classPath);
    }

    private CellError error(String code) {
        return catchThrowableOfType(CellError.class, () -> cells.evaluate(code));
    }

    @Test
    void aLibraryWithWhatItNeedsServesTheRestOfTheCellAndTheNextOnesAndChildJvms() {
        cells.evaluate("int kept = 7;");
        var hello =
                cells.evaluate(
                        "// a comment\n%maven org.example:greeting:1.0\nnew greeting.Greeting()");
        assertThat(hello).hasToString("hello");
        assertThat(cells.evaluate("import words.*;\nWords.HELLO + kept")).isEqualTo("hello7");
        assertThat(ChildJvm.classPath()).contains("greeting-1.0.jar", "words-1.0.jar");
        cells.evaluate("%maven org.example:greeting:1.0");
        assertThat(ChildJvm.classPath().split("greeting-1.0.jar", -1)).hasSize(2);
    }

    @Test
    void aJarWithAnotherChecksumIsRefused() throws IOException {
        var jar = repository.resolve("org/example/words/1.0/words-1.0.jar");
        Files.write(jar, new byte[] {1, 2, 3});
        var error = error("%maven org.example:greeting:1.0");
        assertThat(String.join("\n", error.lines()))
                .containsIgnoringCase("checksum")
                .contains("words")
                .contains("BDIA_MAVEN");
        assertThat(System.getProperty(CLASS_PATH)).isEqualTo(classPath);
    }

    @Test
    void aLibraryThatIsMissingIsNamed() {
        var error = error("%maven org.example:greeting:9");
        assertThat(String.join("\n", error.lines())).contains("org.example:greeting:jar:9");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%maven", "%maven a:b", "%maven a:b:<c>", "%maven a : b : c"})
    void coordinatesAreChecked(String line) {
        assertThat(error(line)).hasMessageStartingWith("%maven needs GROUP:ARTIFACT:VERSION");
    }

    @Test
    void withoutMavenItSaysSo() {
        try (var poor =
                new CellEvaluator(
                        new MavenLibraries(Optional.empty(), Optional.empty(), List.of()))) {
            var error = catchThrowableOfType(CellError.class, () -> poor.evaluate("%maven a:b:1"));
            assertThat(error).hasMessageContaining("PATH").hasMessageContaining("%classpath");
        }
    }

    @Test
    void aFolderOrAllItsJarsAreAdded() throws Exception {
        var folder = repository.resolve("org/example/words/1.0");
        assertThat(cells.evaluate("%classpath " + folder + "/*\nwords.Words.HELLO"))
                .isEqualTo("hello");
        assertThat(ChildJvm.classPath())
                .endsWith(File.pathSeparator + folder.resolve("words-1.0.jar"));
    }

    @Test
    void aFolderWithoutJarsIsNamed(@TempDir Path empty) {
        assertThat(error("%classpath " + empty + "/*")).hasMessageContaining("no jar in " + empty);
    }

    @Test
    void aPathThatIsMissingIsNamed() {
        assertThat(error("%classpath none.jar"))
                .hasMessageContaining(Path.of("none.jar").toAbsolutePath().toString());
        assertThat(error("%classpath")).hasMessageContaining("FOLDER/*");
    }

    @ParameterizedTest
    @ValueSource(strings = {"%time 1 + 1", "%%bash\nls", "int a = 1;\n%lsmagic"})
    void anUnknownMagicSaysWhatThereIs(String code) {
        assertThat(error(code))
                .hasMessageStartingWith("unknown magic %")
                .hasMessageContaining("%maven")
                .hasMessageContaining("%classpath");
    }

    @Test
    void aRemainderAtTheStartOfALineIsNoMagic() {
        assertThat(cells.evaluate("int a = 7\n% 3;\na")).isEqualTo(1);
    }

    private static String dependency(String artifact, String scope) {
        return "<dependency><groupId>org.example</groupId><artifactId>"
                + artifact
                + "</artifactId><version>1.0</version><scope>"
                + scope
                + "</scope></dependency>";
    }

    private static void compile(Path folder, String artifact, String source) throws IOException {
        var name = Character.toUpperCase(artifact.charAt(0)) + artifact.substring(1);
        var file = Files.writeString(folder.resolve(name + ".java"), source);
        var classes = folder.resolve("classes").toString();
        String[] options = {"-proc:none", "-d", classes, "-cp", classes, file.toString()};
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options)).isZero();
        var bytes = new ByteArrayOutputStream();
        try (var jar = new JarOutputStream(bytes)) {
            var entry = artifact + "/" + name + ".class";
            jar.putNextEntry(new JarEntry(entry));
            jar.write(Files.readAllBytes(Path.of(classes, entry)));
        }
        JARS.put(artifact, bytes.toByteArray());
    }

    /** Writes a jar of one class, its POM and their checksums. */
    private void publish(String artifact, String dependencies) throws Exception {
        var folder =
                Files.createDirectories(repository.resolve("org/example/" + artifact + "/1.0"));
        write(folder.resolve(artifact + "-1.0.jar"), JARS.get(artifact));
        var pom =
                "<project><modelVersion>4.0.0</modelVersion><groupId>org.example</groupId><artifactId>"
                        + artifact
                        + "</artifactId><version>1.0</version><dependencies>"
                        + dependencies
                        + "</dependencies></project>";
        write(folder.resolve(artifact + "-1.0.pom"), pom.getBytes(StandardCharsets.UTF_8));
    }

    private static void write(Path file, byte[] content) throws Exception {
        Files.write(file, content);
        var sum = MessageDigest.getInstance("SHA-1").digest(content);
        Files.writeString(Path.of(file + ".sha1"), HexFormat.of().formatHex(sum));
    }
}
