package org.bdia.ci.fault;

import java.util.List;
import java.util.Locale;

/**
 * What came of one kind of fault.
 *
 * @param fault what was done
 * @param expected what should come of it
 * @param found what came of it
 * @param outcome whether that is as expected
 */
public record Finding(String fault, String expected, String found, Outcome outcome) {

    /** How a finding ends. */
    public enum Outcome {
        /** As expected. */
        HOLDS,
        /** Not as expected. */
        FAILS,
        /** Not tried on this machine; found says why. */
        SKIPPED
    }

    static Finding of(String fault, String expected, String found, boolean holds) {
        return new Finding(fault, expected, found, holds ? Outcome.HOLDS : Outcome.FAILS);
    }

    /** The findings as lines of a table: outcome, fault, expected, found. */
    public static String table(List<Finding> findings) {
        StringBuilder table = new StringBuilder();
        for (Finding f : findings) {
            table.append(
                    String.format(
                            Locale.ROOT,
                            "%-7s  %s%n         expected: %s%n         found:    %s%n",
                            f.outcome.name().toLowerCase(Locale.ROOT),
                            f.fault,
                            f.expected,
                            f.found));
        }
        return table.toString();
    }
}
