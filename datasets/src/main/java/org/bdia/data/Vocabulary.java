package org.bdia.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Subwords learned from sentences by byte-pair encoding: beginning with characters, the pair of neighbours that comes most
 * often becomes one subword, again and again. Words are taken apart at spaces and punctuation first; a space belongs to
 * the word that follows it, so that sentences are put together again exactly.
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

    /** The id of a character that no training sentence has. */
    public static final int UNKNOWN = 3;

    private static final int SPECIAL = 4;
    private static final String UNKNOWN_TEXT = "\u2047";

    /** Letters and digits, or one other character, each with the space before it. */
    private static final Pattern WORD =
            Pattern.compile(" ?[\\p{L}\\p{M}\\p{N}]+| ?[^\\s\\p{L}\\p{M}\\p{N}]|\\s");

    private final List<String> subwords;
    private final Map<String, Integer> ids = new HashMap<>();
    private final Map<SubwordMerges.Pair, Integer> ranks;

    /** Encoding is a pure function of the word, and words come often. */
    private final Map<String, int[]> encoded = new ConcurrentHashMap<>();

    private Vocabulary(List<String> subwords, Map<SubwordMerges.Pair, Integer> ranks) {
        this.subwords = List.copyOf(subwords);
        this.ranks = Map.copyOf(ranks);
        for (int i = 0; i < subwords.size(); i++) {
            ids.put(subwords.get(i), SPECIAL + i);
        }
    }

    /**
     * Learns subwords.
     *
     * @param sentences the training part's alone
     * @param size the ids in all, the four special ones included; fewer if the sentences have no more pairs
     * @throws IllegalArgumentException if there are more characters than ids
     */
    public static Vocabulary bpe(Collection<String> sentences, int size) {
        Map<String, Integer> words = new HashMap<>();
        for (String sentence : sentences) {
            WORD.matcher(sentence).results().forEach(m -> words.merge(m.group(), 1, Integer::sum));
        }
        List<String> characters =
                words.keySet().stream()
                        .flatMapToInt(String::codePoints)
                        .distinct()
                        .sorted()
                        .mapToObj(Character::toString)
                        .toList();
        if (characters.size() + SPECIAL > size) {
            throw new IllegalArgumentException(
                    String.format(
                            "a vocabulary of %d ids cannot hold the %d characters of the sentences and %d"
                                    + " special ids; choose a larger one",
                            size, characters.size(), SPECIAL));
        }
        List<String> subwords = new ArrayList<>(characters);
        Map<SubwordMerges.Pair, Integer> ranks = new HashMap<>();
        SubwordMerges merges = new SubwordMerges(words);
        while (subwords.size() + SPECIAL < size) {
            SubwordMerges.Pair best = merges.next();
            if (best == null) {
                break;
            }
            ranks.put(best, ranks.size());
            if (!subwords.contains(best.joined())) {
                subwords.add(best.joined());
            }
        }
        return new Vocabulary(subwords, ranks);
    }

    /** The number of ids, which are 0 … size − 1. */
    public int size() {
        return subwords.size() + SPECIAL;
    }

    /** The ids of a sentence, without beginning and end. */
    public int[] encode(String sentence) {
        return WORD.matcher(sentence)
                .results()
                .flatMapToInt(m -> Arrays.stream(encoded.computeIfAbsent(m.group(), this::word)))
                .toArray();
    }

    private int[] word(String word) {
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
        return parts.stream().mapToInt(part -> ids.getOrDefault(part, UNKNOWN)).toArray();
    }

    /**
     * The sentence of ids; padding, beginning and end are left out, unknown characters print as ⁇.
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
                                "token %d is the id %d, but the vocabulary has ids 0 to %d",
                                i, id, size() - 1));
            }
            if (id >= SPECIAL) {
                text.append(subwords.get(id - SPECIAL));
            } else if (id == UNKNOWN) {
                text.append(UNKNOWN_TEXT);
            }
        }
        return text.toString();
    }
}
