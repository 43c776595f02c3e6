package org.bdia.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SourceJavadocTest {
    private static final String SOURCE =
            """
            package shapes;
            /** A box. */
            public final class Box<T> {
                /** The most that fits. */
                public static final int MOST = 3;
                /** Creates a box. */
                public Box(int size) {}
                /** Puts one in. */
                public <S extends T> void put(java.util.List<S> one, int at) {}
                /** Puts a text in. */
                public void put(String one, int at) {}
                public void bare() {}
            }
            """;

    @TempDir private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "shapes.Box<T>; A box.",
                "Box<T>(int size); Creates a box.",
                "Box<T>.MOST:int; The most that fits.",
                "<S extends T>void Box<T>.put(List<S> one, int at); Puts one in.",
                "void Box<T>.put(String one, int at) throws java.io.IOException; Puts a text in.",
                "void Box<T>.put(Object one);",
                "void Box<T>.bare();",
                "box:shapes.Box<String>;",
                "int Other.put(int a);"
            })
    void findsTheCommentOfWhatASignatureNames(String signature, String comment) throws IOException {
        var jar = Files.createFile(folder.resolve("shapes-1.0.jar"));
        write(folder.resolve("shapes-1.0-sources.jar"), SOURCE);
        var javadoc = new SourceJavadoc(folder.resolve("none.jar") + File.pathSeparator + jar);
        assertThat(javadoc.of(signature).map(String::strip).orElse(null)).isEqualTo(comment);
    }

    @Test
    void aMavenProjectsSourcesAreBesideItsTarget() throws IOException {
        var sources = Files.createDirectories(folder.resolve("src/main/java/shapes"));
        Files.writeString(sources.resolve("Box.java"), SOURCE);
        for (var entry : new String[] {"target/classes", "target/shapes-1.0.jar"}) {
            assertThat(new SourceJavadoc(folder.resolve(entry).toString()).of("shapes.Box<T>"))
                    .as(entry)
                    .hasValueSatisfying(text -> assertThat(text).contains("A box."));
        }
    }

    @Test
    void anUnreadableSourceIsNoError() throws IOException {
        Files.writeString(folder.resolve("shapes-1.0-sources.jar"), "no archive");
        var jar = folder.resolve("shapes-1.0.jar").toString();
        assertThat(new SourceJavadoc(jar).of("shapes.Box<T>")).isEmpty();
        assertThat(new SourceJavadoc("").of("shapes.Box<T>")).isEmpty();
    }

    private static void write(Path file, String source) throws IOException {
        try (var jar = new JarOutputStream(Files.newOutputStream(file))) {
            jar.putNextEntry(new JarEntry("shapes/Box.java"));
            jar.write(source.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
    }
}
