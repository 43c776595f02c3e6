package org.bdia.run;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;

/**
 * The toolkit's version and commit, which Maven writes beside this class.
 *
 * @param version the version, or {@code unknown} if the build was not Maven's
 * @param commit the commit, with {@code -dirty} behind it if files had changed since, or {@code unknown} if it was built outside a
 *     git clone or without git; the system property or environment variable BDIA_COMMIT overrides it
 */
public record Build(String version, String commit) {

    /**
     * The version of what training computes, bit by bit: the same configuration on the same machine gives the same numbers as long
     * as it stays. It is raised by the commit that changes the bits which GuardTest pins.
     */
    public static final String ARITHMETIC = "1";

    private static final String RESOURCE = "build.properties";
    private static final String OVERRIDE = "BDIA_COMMIT";
    private static final String UNKNOWN = "unknown";

    /** The build of this class. */
    public static Build ofThisToolkit() {
        var properties = new Properties();
        try (InputStream in = Build.class.getResourceAsStream(RESOURCE)) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(RESOURCE, e);
        }
        return of(properties, System.getenv());
    }

    /** The version, commit and arithmetic, in words. */
    public String text() {
        return version + ", commit " + commit + ", arithmetic " + ARITHMETIC;
    }

    static Build of(Properties written, Map<String, String> environment) {
        String commit = environment.getOrDefault(OVERRIDE, written.getProperty("commit", UNKNOWN));
        return new Build(
                written.getProperty("version", UNKNOWN), System.getProperty(OVERRIDE, commit));
    }
}
