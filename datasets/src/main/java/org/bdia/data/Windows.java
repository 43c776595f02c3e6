package org.bdia.data;

import java.util.stream.IntStream;

/**
 * Windows of length + 1 tokens over a text, each token's successor being its label, so that neighbouring windows share one
 * token and no label twice.
 */
public final class Windows {

    private final Tokens tokens;
    private final int length;
    private final int size;

    /**
     * Windows over a text.
     *
     * @param length the labels in a window, 1 or more
     * @throws IllegalArgumentException if the length is not positive
     * @throws DataException if the text does not fill one window wherever it begins; a text without tokens has none
     */
    public Windows(Tokens tokens, int length) {
        if (length < 1) {
            throw new IllegalArgumentException("length must be at least 1, but is " + length);
        }
        this.tokens = tokens;
        this.length = length;
        // An epoch's offset takes away up to length − 1 tokens, and the last label needs one more.
        size = Math.max(0, (tokens.size() - length) / length);
        if (size == 0 && tokens.size() > 0) {
            throw new DataException(
                    tokens.provenance().name()
                            + ": expected at least "
                            + 2 * length
                            + " tokens for windows of "
                            + length
                            + ", found "
                            + tokens.size()
                            + "; take more tokens, or shorter windows");
        }
    }

    /** The number of windows. */
    public int size() {
        return size;
    }

    /**
     * Where the windows of an epoch begin: all moved by one offset, 0 to length − 1, and permuted, both functions of
     * (seed, epoch).
     */
    public int[] order(long seed, int epoch) {
        long key = Mix.key(Mix.Purpose.ORDER, seed, epoch, 0);
        int offset = Mix.bounded(Mix.bits(key, -1), length);
        return IntStream.of(Mix.permutation(size, key)).map(i -> offset + i * length).toArray();
    }

    /** Where the windows begin that evaluation sees: offset 0, ascending. */
    public int[] starts() {
        return IntStream.range(0, size).map(i -> i * length).toArray();
    }

    /** The length + 1 tokens from a start on. */
    public int[] window(int start) {
        return tokens.window(start, length + 1);
    }
}
