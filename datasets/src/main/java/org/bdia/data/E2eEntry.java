package org.bdia.data;

import java.util.List;
import org.bdia.io.SplitMix64;

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

    /**
     * Returns the sample id of a reference: the entry's own for the first, others for the rest, so that no two samples share their
     * random choices.
     *
     * @param reference its position, from 0
     */
    public long id(int reference) {
        return reference == 0 ? id : SplitMix64.mix(id, reference);
    }
}
