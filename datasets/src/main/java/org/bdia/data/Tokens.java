package org.bdia.data;

/** A run of token ids, in memory or in a memory-mapped file. */
public final class Tokens {
    private final TokenStore store;
    private final Provenance provenance;

    /**
     * Wraps a store.
     *
     * @throws DataException if it has more than 2<sup>31</sup> − 1 ids
     */
    Tokens(TokenStore store, Provenance provenance) {
        if (store.size() > Integer.MAX_VALUE) {
            throw new DataException(
                    provenance.name()
                            + ": expected at most "
                            + Integer.MAX_VALUE
                            + " tokens in a part, found "
                            + store.size()
                            + "; ask for a number of tokens instead of all");
        }
        this.store = store;
        this.provenance = provenance;
    }

    /**
     * Returns tokens in memory; the array is taken over, not copied, and must not be changed afterwards.
     *
     * @param ids each 0 or above
     * @throws IllegalArgumentException if an id is negative
     */
    public static Tokens of(int[] ids, Provenance provenance) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0) {
                throw new IllegalArgumentException(
                        "token ids must be 0 or above, but " + ids[i] + " is at position " + i);
            }
        }
        return new Tokens(TokenStore.of(ids), provenance);
    }

    /** Returns the number of tokens N. */
    public int size() {
        return (int) store.size();
    }

    /**
     * Returns the id at a position, 0 to N − 1.
     *
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public int get(int position) {
        requireRange(position, 1);
        return store.get(position);
    }

    /**
     * Returns the ids at positions from, …, from + length − 1.
     *
     * @throws IndexOutOfBoundsException if not all of these are positions
     */
    public int[] window(int from, int length) {
        requireRange(from, length);
        var ids = new int[length];
        for (int i = 0; i < length; i++) {
            ids[i] = store.get(from + i);
        }
        return ids;
    }

    /** Returns the origin of the tokens. */
    public Provenance provenance() {
        return provenance;
    }

    /**
     * Checks that ids are the tokenizer's.
     *
     * @throws IllegalArgumentException naming the id, its position and the tokenizer's size
     */
    static void requireIds(int[] ids, Tokenizer tokenizer) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] < 0 || ids[i] >= tokenizer.size()) {
                throw new IllegalArgumentException(
                        tokenizer.name()
                                + " has ids from 0 to "
                                + (tokenizer.size() - 1)
                                + ", but id "
                                + ids[i]
                                + " is at position "
                                + i
                                + "; decode ids with the tokenizer that made them");
            }
        }
    }

    private void requireRange(int from, int length) {
        if (from < 0 || length < 0 || from > size() - length) {
            throw new IndexOutOfBoundsException(
                    length
                            + " token(s) from position "
                            + from
                            + " are asked for, but "
                            + provenance.name()
                            + " has positions 0 to "
                            + (size() - 1));
        }
    }

    @Override
    public String toString() {
        return "Tokens[" + provenance.name() + "]";
    }
}
