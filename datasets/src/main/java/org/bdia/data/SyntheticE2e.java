package org.bdia.data;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Generated stand-ins for machines without data, never to be taken for real: a few slots, and sentences that name them. */
public final class SyntheticE2e {

    private static final String[] NAMES = {"Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord"};
    private static final String[] KINDS = {"pub", "bakery", "tea room", "diner"};
    private static final String[] AREAS = {"harbour", "old town", "hills"};

    private SyntheticE2e() {}

    /**
     * Generates entries; the parts overlap, for there are only 72 meanings.
     *
     * @param train training entries, 1 or more
     * @param validation validation entries, 0 or more
     * @param test test entries, 0 or more
     * @throws IllegalArgumentException if a number is out of range
     */
    public static E2eSplit split(int train, int validation, int test, long seed) {
        if (train < 1 || validation < 0 || test < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "train must be at least 1 generated entry, and the others 0 or more, but they"
                                    + " are %d, %d and %d",
                            train, validation, test));
        }
        List<E2eEntry> entries = new ArrayList<>();
        StringBuilder all = new StringBuilder();
        for (int i = 0; i < train + validation + test; i++) {
            entries.add(entry(Mix.key(Mix.Purpose.SYNTHETIC, seed, i, 3), i));
            all.append(entries.get(i)).append('\n');
        }
        return new E2eSplit(
                entries.subList(0, train),
                entries.subList(train, train + validation),
                entries.subList(train + validation, entries.size()),
                new Provenance(
                        String.format(
                                "synthetic places, %d training sentences, %d validation meanings, %d test"
                                        + " meanings",
                                train, validation, test),
                        "generated from seed " + seed + " as a stand-in, not real data",
                        true,
                        Sha256.of(all.toString().getBytes(StandardCharsets.UTF_8))));
    }

    private static E2eEntry entry(long key, long id) {
        String name = NAMES[Mix.bounded(Mix.bits(key, 0), NAMES.length)];
        String kind = KINDS[Mix.bounded(Mix.bits(key, 1), KINDS.length)];
        String area = AREAS[Mix.bounded(Mix.bits(key, 2), AREAS.length)];
        return new E2eEntry(
                "name[" + name + "], kind[" + kind + "], area[" + area + "]",
                List.of(name + " is a " + kind + " in the " + area + "."),
                id);
    }
}
