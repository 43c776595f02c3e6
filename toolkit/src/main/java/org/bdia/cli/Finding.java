package org.bdia.cli;

import java.util.Locale;

/**
 * What {@code bdia doctor} found.
 *
 * @param name of what was looked for
 * @param well whether it is there and right
 * @param found what is there
 * @param mend what to do; empty where all is well
 */
public record Finding(String name, boolean well, String found, String mend) {

    /** Returns the finding in words, with the remedy in a second line. */
    public String line() {
        String line =
                String.format(
                        Locale.ROOT, "%s  %-8s %s", well ? "ok     " : "MISSING", name, found);
        return well ? line : line + System.lineSeparator() + "         mend: " + mend;
    }
}
