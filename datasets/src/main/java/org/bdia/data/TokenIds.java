package org.bdia.data;

/** Checks of token ids. */
final class TokenIds {

    private TokenIds() {}

    /** Refuses an id that a vocabulary has not. */
    static void require(int[] ids, int position, int size) {
        int id = ids[position];
        if (id < 0 || id >= size) {
            throw new IllegalArgumentException(
                    String.format(
                            "token %d is the id %d, but the vocabulary has ids 0 to %d",
                            position, id, size - 1));
        }
    }
}
