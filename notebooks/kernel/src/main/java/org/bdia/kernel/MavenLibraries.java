package org.bdia.kernel;

import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Libraries from a Maven repository, with what they need at run time, resolved by an installed Maven.
 *
 * <p>Maven itself, because it alone reads the user's settings (mirrors, proxies, credentials, the local repository) and
 * all that a POM may say; it verifies checksums. It runs for {@link #resolve} only.
 *
 * @param maven the program {@code mvn} or a wrapper; empty if there is none
 * @param repository the URL of the repository; empty for what Maven's settings say
 * @param options further options of Maven
 */
record MavenLibraries(Optional<Path> maven, Optional<String> repository, List<String> options) {
    /** The variable with the URL of a repository to use in place of Maven's default one. */
    static final String REPOSITORY = "BDIA_MAVEN";

    private static final Pattern COORDINATES = Pattern.compile("([\\w.-]+):([\\w.-]+):([\\w.+-]+)");

    private static final String GOAL =
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath";

    /** The most lines of Maven's errors that are shown. */
    private static final int MOST_ERRORS = 4;

    /** Returns a resolver with the toolkit's own Maven wrapper, else with the {@code mvn} of {@code PATH}. */
    static MavenLibraries installed() {
        return of(System.getenv());
    }

    static MavenLibraries of(Map<String, String> environment) {
        var url = environment.getOrDefault(REPOSITORY, "");
        var folders = environment.getOrDefault("PATH", "").split(File.pathSeparator, -1);
        var programs =
                Stream.concat(
                        wrapper().stream(),
                        Arrays.stream(folders).map(folder -> Path.of(folder, script("mvn"))));
        return new MavenLibraries(
                programs.filter(Files::isExecutable).findFirst(),
                Optional.of(url).filter(text -> !text.isEmpty()),
                List.of());
    }

    /** Returns the Maven wrapper above these classes, if they were built here. */
    static Optional<Path> wrapper() {
        try {
            var classes = MavenLibraries.class.getProtectionDomain().getCodeSource().getLocation();
            return Stream.iterate(Path.of(classes.toURI()), path -> path != null, Path::getParent)
                    .map(folder -> folder.resolve(script("mvnw")))
                    .filter(Files::isExecutable)
                    .findFirst();
        } catch (URISyntaxException noFile) {
            return Optional.empty();
        }
    }

    private static String script(String name) {
        return File.separatorChar == '\\' ? name + ".cmd" : name;
    }

    /**
     * Downloads a library and its compile and runtime dependencies to Maven's local repository.
     *
     * @param coordinates {@code GROUP:ARTIFACT:VERSION}
     * @return the jars, the library's own first
     * @throws IllegalArgumentException if the coordinates are none
     * @throws IOException if there is no Maven, or it finds a file missing, or with another checksum than the repository
     *     says
     * @throws InterruptedException if this thread is interrupted; Maven is ended
     */
    List<Path> resolve(String coordinates) throws IOException, InterruptedException {
        var parts = COORDINATES.matcher(coordinates);
        if (!parts.matches()) {
            throw new IllegalArgumentException(
                    "%maven needs GROUP:ARTIFACT:VERSION, for example org.apache.commons:commons-csv:1.14.0; found '"
                            + coordinates
                            + "'");
        }
        if (maven.isEmpty()) {
            throw new IOException(
                    "%maven needs Maven, and found no mvn in PATH; install it, or download the jars yourself and name them with %classpath");
        }
        var folder = Files.createTempDirectory("maven");
        try {
            var pom = pom(parts.group(1), parts.group(2), parts.group(3));
            Files.writeString(folder.resolve("pom.xml"), pom);
            return run(coordinates, folder);
        } finally {
            for (var file : List.of("pom.xml", "class-path", "log")) {
                Files.deleteIfExists(folder.resolve(file));
            }
            Files.deleteIfExists(folder);
        }
    }

    /** A repository that is named central replaces Maven's default. */
    private String pom(String group, String artifact, String version) {
        return String.format(
                Locale.ROOT,
                """
               <project xmlns="http://maven.apache.org/POM/4.0.0">
                 <modelVersion>4.0.0</modelVersion>
                 <groupId>notebook</groupId><artifactId>cell</artifactId><version>1</version>
                 <packaging>pom</packaging>
                 %s
                 <dependencies><dependency>
                   <groupId>%s</groupId><artifactId>%s</artifactId><version>%s</version>
                 </dependency></dependencies>
               </project>
               """,
                repository
                        .map(url -> url.replace("&", "&amp;").replace("<", "&lt;"))
                        .map(
                                url ->
                                        "<repositories><repository><id>central</id><url>"
                                                + url
                                                + "</url></repository></repositories>")
                        .orElse(""),
                group,
                artifact,
                version);
    }

    private List<Path> run(String coordinates, Path folder)
            throws IOException, InterruptedException {
        var result = folder.resolve("class-path");
        var log = folder.resolve("log");
        var command = new ArrayList<String>();
        command.add(maven.orElseThrow().toString());
        command.addAll(List.of("-B", "-q", "--strict-checksums", GOAL));
        command.addAll(
                List.of(
                        "-Daether.checksums.algorithms=SHA-256,SHA-1",
                        "-DincludeScope=runtime",
                        "-Dmdep.outputFile=" + result));
        command.addAll(options);
        var builder =
                new ProcessBuilder(command)
                        .directory(folder.toFile())
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        var process = builder.start();
        int status;
        try {
            status = process.waitFor();
        } finally {
            process.descendants().forEach(ProcessHandle::destroy);
            process.destroy();
        }
        if (status != 0) {
            throw new IOException(
                    "%maven "
                            + coordinates
                            + " failed; Maven says:\n"
                            + String.join("\n", errors(Files.readAllLines(log)))
                            + "\n"
                            + REPOSITORY
                            + ", or Maven's settings.xml, chooses the repository");
        }
        return Arrays.stream(Files.readString(result).strip().split(File.pathSeparator, -1))
                .filter(entry -> !entry.isEmpty())
                .map(Path::of)
                .toList();
    }

    /** Returns the lines that tell what was wrong, not how to run Maven again. */
    private static List<String> errors(List<String> log) {
        var errors =
                log.stream()
                        .filter(line -> line.startsWith("[ERROR]"))
                        .map(line -> line.substring("[ERROR]".length()).strip())
                        .takeWhile(line -> !line.startsWith("To see the full stack trace"))
                        .filter(line -> !line.isEmpty())
                        .limit(MOST_ERRORS)
                        .toList();
        return errors.isEmpty() ? log : errors;
    }
}
