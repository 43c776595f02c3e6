package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.File;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathTest {
    private static final String OWN = System.getProperty("java.class.path");

    @TempDir private Path folder;

    @Test
    void ofAToolkitOnTheJvmsOwnClassPathIsThatClassPath() {
        assertThat(ClassPath.of(ClassLoader.getSystemClassLoader())).isEqualTo(OWN);
    }

    @Test
    void ofAToolkitThatAKernelsCellsLoadIsWhatTheyLoadFrom() throws Exception {
        Path jar = folder.resolve("with space").resolve("toolkit.jar");
        try (var kernel =
                        new URLClassLoader(
                                new URL[] {url(folder)}, ClassLoader.getSystemClassLoader());
                var cells = new URLClassLoader(new URL[] {url(jar)}, kernel)) {
            assertThat(ClassPath.of(cells))
                    .isEqualTo(
                            String.join(
                                    File.pathSeparator, jar.toString(), folder.toString(), OWN));
        }
    }

    @Test
    void namesOnceWhatALoaderWasGivenOftenAsJJavaDoes() throws Exception {
        URL[] often = new URL[5000];
        Arrays.fill(often, url(folder));
        try (var cells = new URLClassLoader(often, ClassLoader.getSystemClassLoader())) {
            assertThat(ClassPath.of(cells)).isEqualTo(folder + File.pathSeparator + OWN);
        }
    }

    @Test
    void aJarThatIsNoFileIsNamed() throws Exception {
        URL remote = new URI("http://localhost/toolkit.jar").toURL();
        try (var cells = new URLClassLoader(new URL[] {remote})) {
            assertThatIllegalStateException()
                    .isThrownBy(() -> ClassPath.of(cells))
                    .withMessageContaining("http://localhost/toolkit.jar, which is no local file");
        }
    }

    private static URL url(Path path) throws Exception {
        return path.toUri().toURL();
    }
}
