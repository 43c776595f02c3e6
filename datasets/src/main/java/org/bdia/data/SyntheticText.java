package org.bdia.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A generated stand-in for machines without data, never to be taken for real: sentences of a small grammar over made-up
 * words, learnable, but not without mistakes. Every character is a function of (seed, document).
 */
public final class SyntheticText {

    private static final int DOCUMENTS = 400;
    private static final int SENTENCES = 40;
    private static final String[] ONSETS = {"b", "d", "k", "l", "m", "n", "r", "s", "t", "v"};
    private static final String[] VOWELS = {"a", "e", "i", "o", "u"};
    private static final int WORDS = 24;

    private SyntheticText() {}

    /**
     * Generates a corpus and splits it by document.
     *
     * @param unit what a token is
     * @param train training tokens; the sizes are as {@link TextCorpus#load} takes them
     * @throws DataException if more tokens are asked for than are generated, about 700,000 characters
     */
    public static TextSplit split(
            TextCorpus.Unit unit, int train, int validation, int test, long seed) {
        List<String> documents = new ArrayList<>();
        for (int i = 0; i < DOCUMENTS; i++) {
            documents.add(document(Mix.key(Mix.Purpose.SYNTHETIC, seed, i, 1)));
        }
        byte[] bytes = String.join("\n", documents).getBytes(StandardCharsets.UTF_8);
        String source = "generated from seed " + seed + " as a stand-in, not real data";
        CorpusParts parts = new CorpusParts("synthetic sentences", train, validation, test, seed);
        CorpusFile.Texts texts = new CorpusFile.Texts(documents, Sha256.of(bytes));
        return unit == TextCorpus.Unit.CHARACTERS
                ? parts.ofCharacters(texts, source, true)
                : parts.ofBytePairs(CorpusFile.encoded(texts), source, true);
    }

    private static String document(long key) {
        StringBuilder text = new StringBuilder();
        int draw = 0;
        for (int i = 0; i < SENTENCES; i++) {
            int subject = Mix.bounded(Mix.bits(key, draw++), WORDS);
            int verb = Mix.bounded(Mix.bits(key, draw++), WORDS / 4);
            int object = Mix.bounded(Mix.bits(key, draw++), WORDS);
            // Subject and verb decide the ending, so that there is a rule to be learned.
            String ending = (subject + verb) % 2 == 0 ? "en" : "ost";
            text.append(word(subject))
                    .append(' ')
                    .append(word(WORDS + verb))
                    .append(ending)
                    .append(' ')
                    .append(word(object))
                    .append(i % 4 == 3 ? ".\n" : ". ");
        }
        return text.toString();
    }

    private static String word(int index) {
        return ONSETS[index % 10]
                + VOWELS[index / 10 % 5]
                + ONSETS[(index * 7 + 3) % 10]
                + VOWELS[(index * 3 + 1) % 5];
    }
}
