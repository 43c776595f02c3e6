package org.bdia.data;

import java.util.Arrays;

/** One id per character (Unicode code point) of a training text; id 0 stands for all others. */
public final class Characters implements Tokenizer {

    private static final int UNKNOWN = 0xFFFD;

    /** Ascending from position 1 on. */
    private final int[] alphabet;

    private Characters(int[] alphabet) {
        this.alphabet = alphabet;
    }

    /** The characters of a text, in the order of their code points. */
    public static Characters of(String trainingText) {
        return of(trainingText.codePoints().toArray());
    }

    static Characters of(int[] codePoints) {
        int[] distinct =
                Arrays.stream(codePoints).filter(c -> c != UNKNOWN).sorted().distinct().toArray();
        int[] alphabet = new int[distinct.length + 1];
        alphabet[0] = UNKNOWN;
        System.arraycopy(distinct, 0, alphabet, 1, distinct.length);
        return new Characters(alphabet);
    }

    @Override
    public String name() {
        return "characters";
    }

    @Override
    public int size() {
        return alphabet.length;
    }

    @Override
    public int[] encode(String text) {
        return text.codePoints().map(this::id).toArray();
    }

    int id(int codePoint) {
        int found = Arrays.binarySearch(alphabet, 1, alphabet.length, codePoint);
        return Math.max(found, 0);
    }

    @Override
    public String decode(int[] ids) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < ids.length; i++) {
            TokenIds.require(ids, i, alphabet.length);
            text.appendCodePoint(alphabet[ids[i]]);
        }
        return text.toString();
    }

    @Override
    public int endOfText() {
        return -1;
    }
}
