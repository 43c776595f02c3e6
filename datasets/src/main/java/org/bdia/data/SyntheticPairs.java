package org.bdia.data;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * Synthetic sentence pairs for machines without data: sentences of a made-up language and their translation into another,
 * word by word, with the verb at the end.
 */
public final class SyntheticPairs {

    private static final String[] ONSETS = {"b", "d", "k", "l", "m", "n", "r", "s", "t", "v"};
    private static final String[] VOWELS = {"a", "e", "i", "o", "u"};
    private static final int NOUNS = 40;
    private static final int VERBS = 20;

    private SyntheticPairs() {}

    /**
     * Generates disjoint pairs: no sentence, whatever its closing mark, is in two parts.
     *
     * @param train training pairs, 1 to 10,000
     * @param validation validation pairs, 0 to 10,000
     * @param test test pairs, 0 to 10,000
     * @throws IllegalArgumentException if a number is out of range
     */
    public static PairSplit split(int train, int validation, int test, long seed) {
        if (train < 1
                || validation < 0
                || test < 0
                || Math.max(train, Math.max(validation, test)) > 10_000) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "generated pairs must be 1 to 10000 for training and 0 to 10000 for the others,"
                                    + " but are %d, %d and %d",
                            train,
                            validation,
                            test));
        }
        Set<String> used = new HashSet<>();
        List<SentencePair> pairs = new ArrayList<>();
        for (long id = 0; pairs.size() < train + validation + test; id++) {
            SentencePair pair = pair(Purpose.SYNTHETIC.key(seed, id, 2), id);
            if (used.add(SentencePairs.key(pair.source()))) {
                pairs.add(pair);
            }
        }
        StringBuilder all = new StringBuilder();
        pairs.forEach(p -> all.append(p.source()).append('\t').append(p.target()).append('\n'));
        return new PairSplit(
                pairs.subList(0, train),
                pairs.subList(train, train + validation),
                pairs.subList(train + validation, pairs.size()),
                new Provenance(
                        "synthetic sentence pairs, "
                                + train
                                + " training pairs, "
                                + validation
                                + " validation, "
                                + test
                                + " test",
                        "generated from seed " + seed + ", not real data",
                        true,
                        Sha256.of(all.toString())));
    }

    private static SentencePair pair(long key, long id) {
        int subject = SplitMix64.bounded(key, 0, NOUNS);
        int verb = NOUNS + SplitMix64.bounded(key, 1, VERBS);
        int object = SplitMix64.bounded(key, 2, NOUNS);
        int place = SplitMix64.bounded(key, 3, NOUNS);
        boolean question = SplitMix64.bounded(key, 4, 2) == 0;
        String source =
                String.join(
                        " ",
                        word(subject, 0),
                        word(verb, 0),
                        word(object, 0),
                        "on",
                        word(place, 0));
        String target =
                String.join(
                        " ",
                        "la",
                        word(subject, 5),
                        "la",
                        word(object, 5),
                        "sur",
                        word(place, 5),
                        word(verb, 5));
        String mark = question ? "?" : ".";
        return new SentencePair(source + mark, target + (question ? " ?" : "."), id);
    }

    /** Returns one of sixty different words; a shift makes the other language's. */
    private static String word(int index, int shift) {
        return ONSETS[(index + shift) % 10]
                + VOWELS[(index / 10 + shift) % 5]
                + ONSETS[(index * 7 + 3 + shift) % 10]
                + VOWELS[(index * 3 + index / 5 + index / 50) % 5];
    }
}
