package org.bdia.data;

import java.nio.CharBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A run of token ids, each an unsigned 16-bit number: pieces of one buffer, which may be a memory-mapped file, joined in
 * order.
 */
public final class Tokens {

    private final CharBuffer source;

    /** Where each piece begins in the source. */
    private final int[] from;

    /** Where each piece begins in this run, and the whole length at the end. */
    private final int[] at;

    private final Provenance provenance;

    /** A piece of a buffer. */
    record Piece(int from, int length) {}

    Tokens(CharBuffer source, List<Piece> pieces, Provenance provenance) {
        this.source = source;
        this.provenance = provenance;
        from = pieces.stream().mapToInt(Piece::from).toArray();
        at = new int[from.length + 1];
        for (int i = 0; i < from.length; i++) {
            at[i + 1] = Math.addExact(at[i], pieces.get(i).length());
        }
    }

    /**
     * The given ids.
     *
     * @throws IllegalArgumentException if an id is not an unsigned 16-bit number
     */
    public static Tokens of(int[] ids, Provenance provenance) {
        CharBuffer buffer = CharBuffer.allocate(ids.length);
        for (int i = 0; i < ids.length; i++) {
            TokenIds.require(ids, i, Character.MAX_VALUE + 1);
            buffer.put(i, (char) ids[i]);
        }
        return new Tokens(buffer, List.of(new Piece(0, ids.length)), provenance);
    }

    /** The number of tokens. */
    public int size() {
        return at[at.length - 1];
    }

    /**
     * The id at a position.
     *
     * @throws IndexOutOfBoundsException if there is no such position
     */
    public int get(int position) {
        return window(position, 1)[0];
    }

    /**
     * The ids from a position on.
     *
     * @throws IndexOutOfBoundsException if the run ends before that many
     */
    public int[] window(int start, int length) {
        if (start < 0 || length < 0 || start > size() - length) {
            throw new IndexOutOfBoundsException(
                    "tokens " + start + " to " + (start + length - 1L) + " of " + size());
        }
        int[] ids = new int[length];
        int piece = piece(start);
        for (int i = 0; i < length; i++) {
            while (start + i >= at[piece + 1]) {
                piece++;
            }
            ids[i] = source.get(from[piece] + start + i - at[piece]);
        }
        return ids;
    }

    private int piece(int position) {
        int low = 0;
        int high = from.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (at[middle] <= position) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    /** Where the tokens came from. */
    public Provenance provenance() {
        return provenance;
    }

    /** The pieces' places in the source, for tests of disjointness. */
    List<Piece> pieces() {
        List<Piece> pieces = new ArrayList<>();
        for (int i = 0; i < from.length; i++) {
            pieces.add(new Piece(from[i], at[i + 1] - at[i]));
        }
        return pieces;
    }
}
