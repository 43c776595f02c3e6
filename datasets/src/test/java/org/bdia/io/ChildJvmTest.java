package org.bdia.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class ChildJvmTest {
    private static final String OWN = System.getProperty("java.class.path");

    @TempDir private Path folder;

    /** The child: writes what it was told and what it knows to the file that it was told, and to its output. */
    static final class Echo {
        private Echo() {}

        public static void main(String[] arguments) throws Exception {
            var home = System.getProperty("user.home");
            Files.writeString(Path.of(arguments[0]), arguments[1] + " " + home);
            System.out.println(arguments[1]);
        }
    }

    @Test
    @Timeout(60)
    void aChildReadsAndWritesUtf8InAnyLocale() throws Exception {
        var text = "gr\u00fc\u00df dich \u65e5\u672c";
        var file = Files.createDirectory(folder.resolve("f\u00fcr")).resolve("\u00fc.txt");
        var echo = ChildJvm.of(List.of(), Echo.class.getName(), List.of(file.toString(), text));
        // As containers and service managers start us.
        echo.environment().put("LC_ALL", "C");
        ChildJvm.useUtf8(echo.environment(), "ANSI_X3.4-1968");
        var child = echo.redirectErrorStream(true).start();
        var said = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor()).as(said).isZero();
        assertThat(said).isEqualToNormalizingNewlines(text + "\n");
        assertThat(file).content().isEqualTo(text + " " + System.getProperty("user.home"));
    }

    @Test
    void aLocaleOfUtf8IsKept() {
        var environment = new HashMap<>(Map.of("LANG", "de_DE.UTF-8"));
        ChildJvm.useUtf8(environment, "UTF-8");
        assertThat(environment).isEqualTo(Map.of("LANG", "de_DE.UTF-8"));
    }

    @Test
    void theClassPathOfAToolkitOnTheJvmsOwnClassPathIsThatClassPath() {
        assertThat(ChildJvm.classPath(ClassLoader.getSystemClassLoader())).isEqualTo(OWN);
    }

    @Test
    void theClassPathOfAToolkitThatAKernelsCellsLoadIsWhatTheyLoadFrom() throws Exception {
        Path jar = folder.resolve("with space").resolve("toolkit.jar");
        try (var kernel =
                        new URLClassLoader(
                                new URL[] {url(folder)}, ClassLoader.getSystemClassLoader());
                var cells = new URLClassLoader(new URL[] {url(jar)}, kernel)) {
            assertThat(ChildJvm.classPath(cells))
                    .isEqualTo(
                            String.join(
                                    File.pathSeparator, jar.toString(), folder.toString(), OWN));
        }
    }

    @Test
    void theClassPathNamesOnceWhatALoaderWasGivenOftenAsJJavaDoes() throws Exception {
        URL[] often = new URL[5000];
        Arrays.fill(often, url(folder));
        try (var cells = new URLClassLoader(often, ClassLoader.getSystemClassLoader())) {
            assertThat(ChildJvm.classPath(cells)).isEqualTo(folder + File.pathSeparator + OWN);
        }
    }

    @Test
    void aJarThatIsNoFileIsNamed() throws Exception {
        URL remote = new URI("http://localhost/toolkit.jar").toURL();
        try (var cells = new URLClassLoader(new URL[] {remote})) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> ChildJvm.classPath(cells))
                    .withMessageContaining("http://localhost/toolkit.jar, which is no local file");
        }
    }

    private static URL url(Path path) throws Exception {
        return path.toUri().toURL();
    }
}
