package org.bdia.kernel;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The lines of a cell that begin with {@code %}: {@code %maven} and {@code %classpath} add libraries to the session.
 *
 * @param session adds a jar or folder to the session's class path
 */
record CellMagics(MavenLibraries maven, Consumer<Path> session) {
    private static final String KNOWN =
            "this kernel has %maven GROUP:ARTIFACT:VERSION and %classpath PATH";

    /**
     * Runs one line and prints what it did.
     *
     * @param line the line, with its {@code %}
     * @throws IllegalArgumentException if the magic or its argument is not known; nothing is added
     * @throws IOException if a library cannot be had; nothing is added
     * @throws InterruptedException if the cell is interrupted while it is downloaded
     */
    void run(String line) throws IOException, InterruptedException {
        var words = line.strip().split("\\s+", 2);
        var argument = words.length == 2 ? words[1] : "";
        var files =
                switch (words[0]) {
                    case "%maven" -> maven.resolve(argument);
                    case "%classpath" -> files(argument);
                    default ->
                            throw new IllegalArgumentException(
                                    "unknown magic " + words[0] + "; " + KNOWN);
                };
        var present = List.of(System.getProperty("java.class.path").split(File.pathSeparator, -1));
        var added = files.stream().filter(file -> !present.contains(file.toString())).toList();
        added.forEach(session);
        System.out.println(
                argument
                        + (added.isEmpty()
                                ? " is on the class path already"
                                : " added to the class path: " + names(added)));
    }

    private static String names(List<Path> files) {
        return String.join(
                ", ", files.stream().map(file -> file.getFileName().toString()).toList());
    }

    /** Returns a jar or folder of classes, or all jars of a folder for {@code FOLDER/*}. */
    private static List<Path> files(String argument) throws IOException {
        if (argument.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected a path: a jar, a folder of classes, or FOLDER/* for its jars; found none; "
                            + KNOWN);
        }
        var all = argument.endsWith("/*");
        var path =
                Path.of(all ? argument.substring(0, argument.length() - 2) : argument)
                        .toAbsolutePath()
                        .normalize();
        if (Files.notExists(path)) {
            throw new IllegalArgumentException(
                    "%classpath "
                            + argument
                            + ": "
                            + path
                            + " does not exist; relative paths start in the notebook's folder");
        }
        if (!all) {
            return List.of(path);
        }
        var jars = new ArrayList<Path>();
        try (var found = Files.newDirectoryStream(path, "*.jar")) {
            found.forEach(jars::add);
        }
        if (jars.isEmpty()) {
            throw new IllegalArgumentException("%classpath " + argument + ": no jar in " + path);
        }
        jars.sort(null);
        return jars;
    }
}
