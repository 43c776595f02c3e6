package org.bdia.data;

import java.util.List;

/**
 * The published parts of E2E NLG, or samples of them.
 *
 * @param train one reference an entry
 * @param validation all references an entry
 * @param test all references an entry
 * @param provenance where all of them came from
 */
public record E2eSplit(
        List<E2eEntry> train,
        List<E2eEntry> validation,
        List<E2eEntry> test,
        Provenance provenance) {

    /** Copies the lists. */
    public E2eSplit {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
    }
}
