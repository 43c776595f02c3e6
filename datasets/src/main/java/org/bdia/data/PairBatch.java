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
@SuppressWarnings(
        "ArrayRecordComponent") // made for one step and handed over; a copy would be waste
public record PairBatch(
        int[] source, int sourceLength, int[] target, int targetLength, long[] sampleIds) {

    /** The number B of pairs. */
    public int size() {
        return sampleIds.length;
    }

    /** The target tokens to be guessed: all but the beginnings and the padding. */
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
