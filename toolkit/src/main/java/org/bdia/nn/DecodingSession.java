package org.bdia.nn;

/** Decoding state of a batch of sequences. */
interface DecodingSession extends AutoCloseable {

    /** The number of tokens that can still be fed. */
    int room();

    /**
     * Feeds the same number of tokens to each row.
     *
     * @param tokens (rows, n)
     * @return the next token's logits, (rows, V)
     */
    float[][] feed(int[][] tokens);

    /** Keeps these rows, in this order; a row may be kept several times. */
    void select(int[] rows);

    @Override
    void close();
}
