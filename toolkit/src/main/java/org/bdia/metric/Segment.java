package org.bdia.metric;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * One hypothesis and its references in the form that a score compares, for example as tokens.
 *
 * @param hypothesis the generated text
 * @param references its references, at least one
 */
record Segment<T>(T hypothesis, List<T> references) {

    /**
     * Pairs the hypotheses with their references and converts both.
     *
     * @throws IllegalArgumentException if there is no hypothesis, the two lists differ in length, or a
     *     hypothesis has no reference
     */
    static <T> List<Segment<T>> corpus(
            List<String> hypotheses, List<List<String>> references, Function<String, T> read) {
        if (hypotheses.size() != references.size()) {
            throw new IllegalArgumentException(
                    "expected a list of references for every hypothesis, found "
                            + hypotheses.size()
                            + " hypotheses and "
                            + references.size()
                            + " lists of references; give both in the same order");
        }
        if (hypotheses.isEmpty()) {
            throw new IllegalArgumentException(
                    "expected at least one hypothesis, found an empty corpus; generate first");
        }
        List<Segment<T>> segments = new ArrayList<>();
        for (int i = 0; i < hypotheses.size(); i++) {
            if (references.get(i).isEmpty()) {
                throw new IllegalArgumentException(
                        "expected at least one reference for every hypothesis, found none for"
                                + " hypothesis "
                                + i
                                + " (counted from 0); leave the hypothesis out or add a reference");
            }
            segments.add(
                    new Segment<>(
                            read.apply(hypotheses.get(i)),
                            references.get(i).stream().map(read).toList()));
        }
        return segments;
    }
}
