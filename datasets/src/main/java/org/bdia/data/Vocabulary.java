package org.bdia.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * A vocabulary learned from the training part: subwords by byte-pair encoding, or whole words.
 *
 * <p>Sentences are taken apart at spaces and punctuation first; a space belongs to the word or mark that
 * follows it, so that they are put together again exactly. Byte-pair encoding begins with characters, and the
 * pair of neighbours that comes most often becomes one subword, again and again.
 *
 * @see <a href="https://arxiv.org/abs/1508.07909">Sennrich, Haddow, Birch, 2016</a>
 */
public final class Vocabulary {

    /** The id of padding. */
    public static final int PAD = 0;

    /** The id that begins a sentence. */
    public static final int BEGIN = 1;

    /** The id that ends a sentence. */
    public static final int END = 2;

    /** The id of an unknown character, or in a vocabulary of words an unknown word. */
    public static final int UNKNOWN = 3;

    private static final int SPECIAL = 4;
    private static final String UNKNOWN_TEXT = "\u2047";

    /** Letters and digits, or one other character, each with the space before it. */
    private static final Pattern WORD =
            Pattern.compile(" ?[\\p{L}\\p{M}\\p{N}]+| ?[^\\s\\p{L}\\p{M}\\p{N}]|\\s");

    private final List<String> entries;
    private final Map<String, Integer> ids = new HashMap<>();
    private final String unknownText;

    /** Splits a word into its parts. */
    private final Function<String, List<String>> parts;

    /** Encoded words, cached because words recur. */
    private final Map<String, int[]> encoded = new ConcurrentHashMap<>();

    private Vocabulary(
            Collection<String> entries, String unknownText, Function<String, List<String>> parts) {
        this.entries = List.copyOf(entries);
        this.unknownText = unknownText;
        this.parts = parts;
        for (String entry : this.entries) {
            ids.put(entry, SPECIAL + ids.size());
        }
    }

    /**
     * Learns subwords: the characters in their order, then what the most frequent pairs become, of equals the
     * first in lexical order.
     *
     * @param sentences the training part's alone
     * @param size the ids in all, the four special ones included; fewer if no pair comes twice any more
     * @throws IllegalArgumentException if there are more characters than ids
     */
    public static Vocabulary bpe(Collection<String> sentences, int size) {
        Map<String, Integer> words = frequencies(sentences);
        Set<String> subwords = new LinkedHashSet<>();
        words.keySet().stream()
                .flatMapToInt(String::codePoints)
                .distinct()
                .sorted()
                .forEach(character -> subwords.add(Character.toString(character)));
        if (subwords.size() + SPECIAL > size) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a vocabulary of %d ids cannot hold the %d characters of the sentences and %d"
                                    + " special ids; choose a larger one",
                            size,
                            subwords.size(),
                            SPECIAL));
        }
        Map<SubwordMerges.Pair, Integer> ranks = new HashMap<>();
        SubwordMerges merges = new SubwordMerges(words);
        while (subwords.size() + SPECIAL < size) {
            SubwordMerges.Pair best = merges.next();
            if (best == null) {
                break;
            }
            ranks.put(best, ranks.size());
            subwords.add(best.joined());
        }
        return new Vocabulary(subwords, UNKNOWN_TEXT, word -> merged(word, ranks));
    }

    /**
     * Takes the most frequent words and punctuation marks, of equals the first in lexical order; all others
     * are unknown.
     *
     * @param sentences the training part's alone
     * @param size the ids in all, the four special ones included; fewer if there are fewer words
     * @throws IllegalArgumentException if no word would have an id
     */
    public static Vocabulary words(Collection<String> sentences, int size) {
        if (size <= SPECIAL) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "a vocabulary of %d ids has no room for words beside %d special ids; choose"
                                    + " a larger one",
                            size,
                            SPECIAL));
        }
        List<String> words =
                frequencies(sentences).entrySet().stream()
                        .sorted(
                                Map.Entry.<String, Integer>comparingByValue(
                                                Comparator.reverseOrder())
                                        .thenComparing(Map.Entry.comparingByKey()))
                        .limit(size - SPECIAL)
                        .map(Map.Entry::getKey)
                        .toList();
        // The space before an unknown word went with it.
        return new Vocabulary(words, " " + UNKNOWN_TEXT, List::of);
    }

    private static Map<String, Integer> frequencies(Collection<String> sentences) {
        Map<String, Integer> words = new HashMap<>();
        for (String sentence : sentences) {
            WORD.matcher(sentence).results().forEach(m -> words.merge(m.group(), 1, Integer::sum));
        }
        return words;
    }

    /** Returns the number of ids, which are 0 … size − 1. */
    public int size() {
        return entries.size() + SPECIAL;
    }

    /** Returns the ids of a sentence, without beginning and end. */
    public int[] encode(String sentence) {
        return WORD.matcher(sentence)
                .results()
                .map(MatchResult::group)
                .flatMapToInt(m -> Arrays.stream(encoded.computeIfAbsent(m, this::word)))
                .toArray();
    }

    private int[] word(String word) {
        return parts.apply(word).stream()
                .mapToInt(part -> ids.getOrDefault(part, UNKNOWN))
                .toArray();
    }

    /** Returns the word's characters after all merges, in the order in which they were learned. */
    private static List<String> merged(String word, Map<SubwordMerges.Pair, Integer> ranks) {
        List<String> parts =
                new ArrayList<>(word.codePoints().mapToObj(Character::toString).toList());
        while (parts.size() > 1) {
            int best = -1;
            int lowest = Integer.MAX_VALUE;
            for (int i = 0; i + 1 < parts.size(); i++) {
                Integer rank = ranks.get(new SubwordMerges.Pair(parts.get(i), parts.get(i + 1)));
                if (rank != null && rank < lowest) {
                    lowest = rank;
                    best = i;
                }
            }
            if (best < 0) {
                break;
            }
            parts.set(best, parts.get(best) + parts.remove(best + 1));
        }
        return parts;
    }

    /**
     * Returns the sentence of ids; padding, beginning and end are left out, what is unknown prints as ⁇.
     *
     * @throws IllegalArgumentException if an id is out of range
     */
    public String decode(int[] sentence) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < sentence.length; i++) {
            int id = sentence[i];
            if (id < 0 || id >= size()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "token %d is the id %d, but the vocabulary has ids 0 to %d",
                                i,
                                id,
                                size() - 1));
            }
            if (id >= SPECIAL) {
                text.append(entries.get(id - SPECIAL));
            } else if (id == UNKNOWN) {
                text.append(text.isEmpty() ? UNKNOWN_TEXT : unknownText);
            }
        }
        return text.toString();
    }
}
