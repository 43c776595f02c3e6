package org.bdia.nn;

/** Sequences that grow token by token. */
interface DecodingSession extends AutoCloseable {

    /** The sequences. */
    int rows();

    /** The number of tokens that can still be fed. */
    int room();

    /**
     * Feeds the same number of tokens to each row.
     *
     * @param tokens (rows, n)
     * @return the scores of the token that follows, (rows, V), before softmax
     */
    float[][] feed(int[][] tokens);

    /** Keeps these rows, in this order; a row may be kept several times. */
    void select(int[] rows);

    @Override
    void close();
}
