package org.bdia.data;

import java.util.List;

/**
 * Three parts of a collection of sentence pairs, with no source sentence in two of them.
 *
 * @param train the training part, also for vocabularies
 * @param validation the part for model selection
 * @param test the part for final results
 * @param provenance the origin of all parts
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
