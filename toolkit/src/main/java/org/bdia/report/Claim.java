package org.bdia.report;

/**
 * A statement about a report's results, and what became of it.
 *
 * @param id its name, unique in its file and profile
 * @param expected the statement, in the language of {@link Claims}
 * @param found the numbers on both sides, or why there are none
 * @param holds whether the statement is true
 */
public record Claim(String id, String expected, String found, boolean holds) {}
