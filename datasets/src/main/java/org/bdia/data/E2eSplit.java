package org.bdia.data;

import java.util.List;

/**
 * The published parts of E2E NLG, or samples of them.
 *
 * @param train one reference per entry
 * @param validation all references per entry
 * @param test all references per entry
 * @param provenance the origin of all parts
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

    /** Returns a copy whose source names something else that its runs read. */
    public E2eSplit alsoFrom(String read) {
        String source = provenance.source() + "; " + read;
        return new E2eSplit(
                train,
                validation,
                test,
                new Provenance(
                        provenance.name(), source, provenance.synthetic(), provenance.sha256()));
    }
}
