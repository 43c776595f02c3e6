package org.bdia.data;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * A tokenizer with one id per Unicode code point: those of a training text ascending, from 1; all others are id 0, which
 * decodes to U+FFFD.
 */
final class Characters implements Tokenizer {
    private static final int UNKNOWN = 0xFFFD;

    /** U+FFFD, then the known code points ascending; the index is the id. */
    private final int[] symbols;

    private Characters(int[] symbols) {
        this.symbols = symbols;
    }

    /** Learns the characters of a training text, without U+FFFD and unpaired surrogates. */
    public static Characters of(String trainingText) {
        var known = trainingText.codePoints().filter(Characters::isCharacter).distinct().sorted();
        return new Characters(IntStream.concat(IntStream.of(UNKNOWN), known).toArray());
    }

    @Override
    public String name() {
        return "characters";
    }

    @Override
    public int size() {
        return symbols.length;
    }

    @Override
    public int[] encode(String text) {
        return text.codePoints()
                .map(c -> Math.max(0, Arrays.binarySearch(symbols, 1, symbols.length, c)))
                .toArray();
    }

    @Override
    public String decode(int[] ids) {
        Tokens.requireIds(ids, this);
        int[] characters = Arrays.stream(ids).map(id -> symbols[id]).toArray();
        return new String(characters, 0, characters.length);
    }

    @Override
    public int endOfText() {
        return -1;
    }

    private static boolean isCharacter(int codePoint) {
        return codePoint != UNKNOWN && Character.getType(codePoint) != Character.SURROGATE;
    }

    @Override
    public String toString() {
        return "Characters[" + size() + " ids]";
    }
}
