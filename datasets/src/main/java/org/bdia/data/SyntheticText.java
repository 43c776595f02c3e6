package org.bdia.data;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import org.bdia.data.Documents.Part;
import org.bdia.data.TextCorpus.Unit;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * Synthetic text for machines without data: sentences of invented words.
 *
 * <p>The seed invents the words of a small language: 12 nouns, each with three verbs of its own, 6 adjectives
 * and 4 prepositions. A document is a few sentences, in half of which the subject is the document's topic; so
 * spelling, word order, agreement and topic can be learnt, but not which of them comes next.
 */
public final class SyntheticText {
    private static final int NOUNS = 12;
    private static final int VERBS = 3;
    private static final int ADJECTIVES = 6;
    private static final int PREPOSITIONS = 4;

    private final long seed;

    /** Nouns, then three verbs a noun, adjectives and prepositions; no word twice. */
    private final List<String> words;

    private SyntheticText(long seed) {
        this.seed = seed;
        var draws = new Draws(Purpose.SYNTHETIC.key(seed, 0, 0));
        var invented = new LinkedHashSet<String>();
        while (invented.size() < NOUNS * (1 + VERBS) + ADJECTIVES + PREPOSITIONS) {
            invented.add(word(draws));
        }
        words = List.copyOf(invented);
    }

    /**
     * Generates disjoint parts; each document is a function of (seed, part, its number).
     *
     * @param train the number of training tokens, above 0
     * @param validation the number of validation tokens, 0 or more
     * @param test the number of test tokens, 0 or more
     * @param seed chooses the language and the documents
     * @throws IllegalArgumentException if a size is out of range; there is no "all" of generated text
     */
    public static TextSplit split(Unit unit, int train, int validation, int test, long seed) {
        if (train < 1 || validation < 0 || test < 0) {
            throw new IllegalArgumentException(
                    "train must be above 0, validation and test 0 or more generated tokens, but they"
                            + " are "
                            + train
                            + ", "
                            + validation
                            + " and "
                            + test);
        }
        var sizes = new Documents.Sizes(train, validation, test);
        var text = new SyntheticText(seed);
        var digest = Sha256.digest();
        var parts = new EnumMap<Part, TokenStore>(Part.class);
        for (var part : Part.values()) {
            parts.put(part, text.generate(unit, part, sizes.of(part), digest));
        }
        var corpus =
                new Provenance(
                        "synthetic sentences",
                        "generated from seed " + seed + ", not real data",
                        true,
                        Sha256.hex(digest));
        return TextSplit.of(unit, parts, corpus);
    }

    private TokenStore generate(Unit unit, Part part, int size, MessageDigest digest) {
        var all = new int[size];
        int filled = 0;
        long stream = stream(part);
        for (long number = 0; filled < size; number++) {
            var document = document(stream, number);
            digest.update(document.getBytes(StandardCharsets.UTF_8));
            for (int[] ids : List.of(unit.ids(document), unit.closing())) {
                int length = Math.min(ids.length, size - filled);
                System.arraycopy(ids, 0, all, filled, length);
                filled += length;
            }
        }
        return TokenStore.of(all);
    }

    /** Returns the random stream of a part; stream 0 is that of the language. */
    private static long stream(Part part) {
        return switch (part) {
            case TRAIN -> 1;
            case VALIDATION -> 2;
            case TEST -> 3;
        };
    }

    private String document(long stream, long number) {
        var draws = new Draws(Purpose.SYNTHETIC.key(seed, stream, number));
        int topic = draws.below(NOUNS);
        var text = new StringBuilder();
        for (int sentences = 4 + draws.below(5); sentences > 0; sentences--) {
            int subject = draws.below(2) == 0 ? topic : draws.below(NOUNS);
            text.append(text.isEmpty() ? "The " : " The ");
            if (draws.below(2) == 0) {
                text.append(adjective(draws)).append(' ');
            }
            text.append(words.get(subject)).append(' ').append(verb(subject, draws));
            if (draws.below(2) == 0) {
                text.append(' ').append(preposition(draws));
            }
            text.append(" the ").append(words.get(draws.below(NOUNS))).append('.');
        }
        return text.toString();
    }

    private String verb(int noun, Draws draws) {
        return words.get(NOUNS + VERBS * noun + draws.below(VERBS));
    }

    private String adjective(Draws draws) {
        return words.get(NOUNS * (1 + VERBS) + draws.below(ADJECTIVES));
    }

    private String preposition(Draws draws) {
        return words.get(NOUNS * (1 + VERBS) + ADJECTIVES + draws.below(PREPOSITIONS));
    }

    /** Returns a word of two or three syllables, each a consonant and a vowel. */
    private static String word(Draws draws) {
        var word = new StringBuilder();
        for (int syllables = 2 + draws.below(2); syllables > 0; syllables--) {
            word.append("bdfgklmnprstvz".charAt(draws.below(14)));
            word.append("aeiou".charAt(draws.below(5)));
        }
        return word.toString();
    }

    /** The successive numbers of a key's stream. */
    private static final class Draws {
        private final long key;
        private long next;

        Draws(long key) {
            this.key = key;
        }

        int below(int bound) {
            return SplitMix64.bounded(key, next++, bound);
        }
    }
}
