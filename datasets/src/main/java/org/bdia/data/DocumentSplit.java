package org.bdia.data;

import java.util.ArrayList;
import java.util.List;
import org.bdia.data.Tokens.Piece;

/**
 * Which tokens of a corpus each part gets.
 *
 * <p>Documents, permuted by the seed, fill test, validation and training in this order, each to its exact size; what is
 * left of a part's last document goes nowhere, so that no document stands in two parts. A corpus of one document is split
 * by position: training from its beginning, validation and test from its last tenth.
 */
record DocumentSplit(List<Piece> train, List<Piece> validation, List<Piece> test) {

    /**
     * A split.
     *
     * @param name of the corpus, for the message
     * @param ends where each document ends, ascending
     * @param train tokens, or {@link TextCorpus#ALL}
     * @throws DataException if the corpus has too few tokens
     */
    static DocumentSplit of(
            String name, int[] ends, int train, int validation, int test, long seed) {
        int total = ends.length == 0 ? 0 : ends[ends.length - 1];
        return ends.length == 1
                ? byPosition(name, total, train, validation, test)
                : byDocument(name, ends, train, validation, test, seed);
    }

    private static DocumentSplit byPosition(
            String name, int total, int train, int validation, int test) {
        int held = total - total / 10;
        int wanted = train == TextCorpus.ALL ? held : train;
        if (wanted > held) {
            throw tooShort(name, "training", wanted, held);
        }
        if (validation + test > total - held) {
            throw tooShort(name, "validation and test", validation + test, total - held);
        }
        return new DocumentSplit(
                List.of(new Piece(0, wanted)),
                List.of(new Piece(held, validation)),
                List.of(new Piece(held + validation, test)));
    }

    private static DocumentSplit byDocument(
            String name, int[] ends, int train, int validation, int test, long seed) {
        int[] order = Mix.permutation(ends.length, Mix.key(Mix.Purpose.SPLIT, seed, 0, 0));
        int testEnd = documents(order, ends, 0, test, name, "test");
        int validationEnd = documents(order, ends, testEnd, validation, name, "validation");
        int trainEnd = documents(order, ends, validationEnd, train, name, "training");
        return new DocumentSplit(
                pieces(order, ends, validationEnd, trainEnd, train),
                pieces(order, ends, testEnd, validationEnd, validation),
                pieces(order, ends, 0, testEnd, test));
    }

    /** The end of the documents, in the permuted order, that hold as many tokens as wanted. */
    private static int documents(
            int[] order, int[] ends, int from, int wanted, String name, String part) {
        if (wanted == TextCorpus.ALL) {
            return order.length;
        }
        int found = 0;
        int next = from;
        while (found < wanted && next < order.length) {
            found += length(ends, order[next++]);
        }
        if (found < wanted) {
            throw tooShort(name, part, wanted, found);
        }
        return next;
    }

    private static List<Piece> pieces(int[] order, int[] ends, int from, int to, int wanted) {
        List<Piece> pieces = new ArrayList<>();
        int left = wanted == TextCorpus.ALL ? Integer.MAX_VALUE : wanted;
        for (int i = from; i < to; i++) {
            int length = Math.min(left, length(ends, order[i]));
            pieces.add(new Piece(ends[order[i]] - length(ends, order[i]), length));
            left -= length;
        }
        return pieces;
    }

    private static int length(int[] ends, int document) {
        return ends[document] - (document == 0 ? 0 : ends[document - 1]);
    }

    private static DataException tooShort(String name, String part, int wanted, int found) {
        return new DataException(
                name
                        + ": expected "
                        + wanted
                        + " "
                        + part
                        + " tokens beside the other parts, found "
                        + found
                        + "; ask for fewer");
    }
}
