package org.bdia.data;

import java.nio.file.Path;
import java.util.Map;

/**
 * The user's home folder as shells and Jupyter have it: {@code HOME} first.
 *
 * <p>Java asks the password file instead, which names another folder under {@code sudo -E} and on many clusters, and none
 * for a container's arbitrary user id: the property {@code user.home} is then {@code ?}.
 */
public final class UserHome {
    private static final String PROPERTY = "user.home";

    private UserHome() {}

    /**
     * Returns the home folder.
     *
     * @throws IllegalStateException if neither {@code HOME} nor the system names one
     */
    public static Path folder() {
        return of(System.getenv(), System.getProperty(PROPERTY));
    }

    /** Sets {@code user.home} to {@code HOME}, if set, for libraries that keep caches there. */
    public static void adopt() {
        var environment = System.getenv();
        if (isNamed(environment)) {
            System.setProperty(PROPERTY, environment.get("HOME"));
        }
    }

    static Path of(Map<String, String> environment, String known) {
        if (isNamed(environment)) {
            return Path.of(environment.get("HOME"));
        }
        if (known == null || !Path.of(known).isAbsolute()) {
            throw new IllegalStateException(
                    "no home folder: expected HOME to name one, found HOME="
                            + environment.getOrDefault("HOME", "")
                            + ", and the system knows only '"
                            + known
                            + "'; set HOME to a folder of yours");
        }
        return Path.of(known);
    }

    private static boolean isNamed(Map<String, String> environment) {
        return Path.of(environment.getOrDefault("HOME", "")).isAbsolute();
    }
}
