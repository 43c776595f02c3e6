package org.bdia.data;

/** What every tokenizer asks of the ids that it decodes. */
final class TokenIds {
    private TokenIds() {}

    /**
     * Refuses ids that are not the tokenizer's.
     *
     * @throws IllegalArgumentException naming the id, its position and the tokenizer's size
     */
    static void require(int[] ids, Tokenizer tokenizer) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= tokenizer.size()) {
                throw new IllegalArgumentException(
                        tokenizer.name()
                                + " has ids from 0 to "
                                + (tokenizer.size() - 1)
                                + ", but id "
                                + ids[i]
                                + " stands at position "
                                + i
                                + "; decode ids with the tokenizer that made them");
            }
        }
    }
}
