package org.bdia.data;

/**
 * Sentence pairs as ids, padded at the end, row by row.
 *
 * @param source (B, S) ids
 * @param sourceLength S
 * @param target (B, T) ids: {@link Vocabulary#BEGIN}, the sentence, {@link Vocabulary#END}
 * @param targetLength T
 * @param sampleIds the B pairs' ids
 */
@SuppressWarnings("ArrayRecordComponent") // created for one step; a copy would be waste
public record PairBatch(
        int[] source, int sourceLength, int[] target, int targetLength, long[] sampleIds) {

    /** Returns the number of pairs B. */
    public int size() {
        return sampleIds.length;
    }

    /** Returns the number of target tokens to predict: all but the beginnings and the padding. */
    public long targetTokens() {
        long tokens = 0;
        for (int id : target) {
            if (id != Vocabulary.PAD && id != Vocabulary.BEGIN) {
                tokens++;
            }
        }
        return tokens;
    }
}
