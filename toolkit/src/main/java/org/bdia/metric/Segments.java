package org.bdia.metric;

import java.util.List;

/** Checks of what is scored. */
final class Segments {

    private Segments() {}

    /**
     * Refuses what cannot be scored.
     *
     * @throws IllegalArgumentException if there is nothing, the numbers differ, or a segment has no reference
     */
    static void require(List<String> hypotheses, List<List<String>> references) {
        if (hypotheses.isEmpty() || hypotheses.size() != references.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            "a score needs as many lists of references as hypotheses, one or more, but there"
                                    + " are %d and %d",
                            references.size(), hypotheses.size()));
        }
        for (int i = 0; i < references.size(); i++) {
            if (references.get(i).isEmpty()) {
                throw new IllegalArgumentException("segment " + i + " has no reference");
            }
        }
    }
}
