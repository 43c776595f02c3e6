package org.bdia.data;

import java.util.List;

/**
 * Three parts of a collection of sentence pairs; no source sentence stands in two of them.
 *
 * @param train what is learned from, vocabularies included
 * @param validation what is chosen by
 * @param test what is reported on
 * @param provenance where all of them came from
 */
public record PairSplit(
        List<SentencePair> train,
        List<SentencePair> validation,
        List<SentencePair> test,
        Provenance provenance) {

    /** Copies the lists. */
    public PairSplit {
        train = List.copyOf(train);
        validation = List.copyOf(validation);
        test = List.copyOf(test);
    }
}
