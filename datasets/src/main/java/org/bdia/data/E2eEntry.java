package org.bdia.data;

import java.util.List;

/**
 * A meaning representation and sentences that express it.
 *
 * @param meaning for example {@code name[Blue Spice], eatType[coffee shop], area[city centre]}
 * @param references one or more sentences
 * @param id the entry's first line of data in its file, from 0
 */
public record E2eEntry(String meaning, List<String> references, long id) {

    /**
     * Copies the references.
     *
     * @throws IllegalArgumentException if there are none
     */
    public E2eEntry {
        if (references.isEmpty()) {
            throw new IllegalArgumentException(
                    "an entry needs a reference at least, but '" + meaning + "' has none");
        }
        references = List.copyOf(references);
    }
}
