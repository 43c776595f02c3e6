package org.bdia.ci.fault;

import java.util.List;
import java.util.Locale;

/**
 * The result of one kind of fault.
 *
 * @param fault the fault
 * @param expected the expected result
 * @param found the actual result
 * @param outcome the verdict
 */
record FaultResult(String fault, String expected, String found, Outcome outcome) {

    /** The verdict. */
    public enum Outcome {
        /** As expected. */
        HOLDS,
        /** Not as expected. */
        FAILS,
        /** Not tried on this machine, for the reason in {@code found}. */
        SKIPPED
    }

    static FaultResult of(String fault, String expected, String found, boolean holds) {
        return new FaultResult(fault, expected, found, holds ? Outcome.HOLDS : Outcome.FAILS);
    }

    /** Returns the results as lines of a table: outcome, fault, expected, found. */
    public static String table(List<FaultResult> results) {
        StringBuilder table = new StringBuilder();
        for (FaultResult f : results) {
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
