package org.bdia.io;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The command of a child JVM: this one's launcher, class path and home folder, and UTF-8 in any locale. */
public final class ChildJvm {
    /** Options for UTF-8 in texts and streams; file names depend on the locale. */
    public static final List<String> UTF_8 =
            List.of("-Dfile.encoding=UTF-8", "-Dstdout.encoding=UTF-8", "-Dstderr.encoding=UTF-8");

    /** The variable for UTF-8 in command lines and file names. */
    public static final Map<String, String> UTF_8_LOCALE = Map.of("LC_ALL", "C.UTF-8");

    private static final String HOME = "user.home";

    private ChildJvm() {}

    /**
     * Returns the command, not started yet.
     *
     * @param options further options of the JVM
     * @param main its main class
     * @param arguments the main class's arguments
     */
    public static ProcessBuilder of(List<String> options, String main, List<String> arguments) {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(UTF_8);
        command.add("-D" + HOME + "=" + System.getProperty(HOME));
        command.addAll(options);
        command.addAll(List.of("-cp", classPath(), main));
        command.addAll(arguments);
        var builder = new ProcessBuilder(command);
        useUtf8(builder.environment(), System.getProperty("native.encoding"));
        return builder;
    }

    /** Sets a UTF-8 locale, unless the character set is UTF-8 already. */
    static void useUtf8(Map<String, String> environment, String charset) {
        if (!charset.equals("UTF-8")) {
            environment.putAll(UTF_8_LOCALE);
        }
    }

    /**
     * Returns the class path on which a child finds this project.
     *
     * <p>In our own kernel that is this JVM's. IJava and JJava start with their own jar alone and load what {@code
     * IJAVA_CLASSPATH} or {@code JJAVA_CLASSPATH} names through a class loader of the cells; its entries come first.
     *
     * @throws IllegalStateException if it holds anything but local files
     */
    public static String classPath() {
        return classPath(ChildJvm.class.getClassLoader());
    }

    static String classPath(ClassLoader loader) {
        // JJava adds an entry once more whenever it looks at it again: a command line holds 128
        // KiB.
        Set<String> entries = new LinkedHashSet<>();
        for (ClassLoader at = loader; at != null; at = at.getParent()) {
            if (at instanceof URLClassLoader cells) {
                for (URL url : cells.getURLs()) {
                    entries.add(file(url));
                }
            }
        }
        String own = System.getProperty("java.class.path");
        entries.addAll(List.of(own.split(File.pathSeparator, -1)));
        return String.join(File.pathSeparator, entries);
    }

    private static String file(URL url) {
        try {
            return Path.of(url.toURI()).toString();
        } catch (URISyntaxException | IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IllegalStateException(
                    "the class path holds "
                            + url
                            + ", which is no local file, and so no child JVM can load it; download it and name the file",
                    e);
        }
    }
}
