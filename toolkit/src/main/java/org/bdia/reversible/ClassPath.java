package org.bdia.reversible;

import java.io.File;
import java.net.URISyntaxException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The class path on which a child JVM finds the toolkit.
 *
 * <p>In our own kernel that is this JVM's. IJava and JJava start with their own jar alone and load what {@code
 * IJAVA_CLASSPATH} or {@code JJAVA_CLASSPATH} names through a class loader of the cells.
 */
public final class ClassPath {

    private ClassPath() {}

    /** This JVM's class path, after whatever the toolkit's own class loader adds to it, for the launcher's {@code -cp}. */
    public static String current() {
        return of(ClassPath.class.getClassLoader());
    }

    /**
     * The class path that a class loader loads from.
     *
     * @throws IllegalStateException if it loads from elsewhere than local files
     */
    static String of(ClassLoader loader) {
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
