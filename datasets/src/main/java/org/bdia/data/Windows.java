package org.bdia.data;

import java.util.Locale;
import java.util.stream.IntStream;
import org.bdia.io.SplitMix64;

/**
 * Tokens cut into windows of T + 1: T inputs, and the targets, which are the inputs shifted by one.
 *
 * <p>Windows start T apart, so that each token is a target at most once; the last target of one window is the
 * first input of the next.
 */
public final class Windows {
    private final Tokens tokens;
    private final int length;

    /**
     * Cuts tokens.
     *
     * @param length the inputs of a window T, 1 or more
     * @throws IllegalArgumentException if length is below 1 or the tokens are fewer than length + 1
     */
    public Windows(Tokens tokens, int length) {
        if (length < 1) {
            throw new IllegalArgumentException(
                    "a window must have 1 token or more, but has " + length);
        }
        if (length >= tokens.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s has %d tokens, but a window of %d and the token after it are %d; give a longer text, or"
                                    + " shorten the windows: the model's context",
                            tokens.provenance().name(),
                            tokens.size(),
                            length,
                            length + 1L));
        }
        this.tokens = tokens;
        this.length = length;
    }

    /** Returns the number of windows of an epoch: as many as fit at every offset, at least 1. */
    public int size() {
        return Math.max(1, (tokens.size() - length) / length);
    }

    /**
     * Returns the starts of an epoch's windows in their order, a function of the arguments: a common offset, up to T − 1,
     * and a permutation.
     *
     * @param seed the run's seed
     * @param epoch the epoch, from 0
     */
    public int[] order(long seed, int epoch) {
        int room = Math.min(length, tokens.size() - size() * length);
        long offsetKey = Purpose.ORDER.key(seed, epoch, 1);
        int offset = SplitMix64.bounded(offsetKey, 0, room);
        int[] order = SplitMix64.permutation(size(), Purpose.ORDER.key(seed, epoch, 0));
        return IntStream.of(order).map(window -> offset + window * length).toArray();
    }

    /** Returns all starts from offset 0, ascending, for evaluation: at most one more than in an epoch. */
    public int[] starts() {
        return IntStream.range(0, (tokens.size() - 1) / length).map(w -> w * length).toArray();
    }

    /**
     * Returns the T + 1 ids of a window.
     *
     * @throws IndexOutOfBoundsException if there are not as many from the start on
     */
    public int[] window(int start) {
        return tokens.window(start, length + 1);
    }

    @Override
    public String toString() {
        return "Windows[" + size() + " of " + length + " + 1 tokens of " + tokens + "]";
    }
}
