package org.bdia.cli;

import java.util.Locale;

/**
 * A result of {@code bdia doctor}.
 *
 * @param name the thing checked
 * @param ok whether it is there and usable
 * @param found what was found
 * @param fix how to fix it; empty if ok
 */
public record Finding(String name, boolean ok, String found, String fix) {

    /** Returns the finding in words, with the fix in a second line. */
    public String line() {
        String line =
                String.format(Locale.ROOT, "%s  %-8s %s", ok ? "ok     " : "MISSING", name, found);
        return ok ? line : line + System.lineSeparator() + "         fix: " + fix;
    }
}
