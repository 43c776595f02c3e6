package org.bdia.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * Synthetic entries for machines without data: meanings of up to four slots, with three sentences each. No meaning is in two
 * parts.
 */
public final class SyntheticE2e {

    private static final String[] NAMES = {
        "Amber", "Birch", "Cobalt", "Dune", "Ember", "Fjord", "Grove", "Harvest", "Iris", "Juniper"
    };
    private static final String[] KINDS = {"pub", "bakery", "tea room", "diner", "wine bar"};
    private static final String[] FOODS = {
        "soup", "pasta", "rice", "cakes", "fish", "salads", "stews", "cheese"
    };

    /** A meaning without an area leaves the slot out. */
    private static final String[] AREAS = {"harbour", "old town", "hills", "market", ""};

    private static final int MEANINGS = NAMES.length * KINDS.length * FOODS.length * AREAS.length;
    private static final int WAYS = 3;
    private static final int MOST = 10_000;
    private static final int MOST_HELD_OUT = 500;

    private SyntheticE2e() {}

    /**
     * Generates entries.
     *
     * @param train training entries, 1 to 10,000, one reference each; meanings come again
     * @param validation validation entries, 0 to 500, each a meaning of its own with all its references
     * @param test test entries, alike
     * @throws IllegalArgumentException if a number is out of range; there is no "all" of generated entries
     */
    public static E2eSplit split(int train, int validation, int test, long seed) {
        if (train < 1
                || train > MOST
                || Math.min(validation, test) < 0
                || Math.max(validation, test) > MOST_HELD_OUT) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "generated entries must be 1 to %d for training and 0 to %d for the others, but"
                                    + " are %d, %d and %d",
                            MOST,
                            MOST_HELD_OUT,
                            train,
                            validation,
                            test));
        }
        int[] order = SplitMix64.permutation(MEANINGS, Purpose.SYNTHETIC.key(seed, 0, 4));
        List<E2eEntry> testPart = new ArrayList<>();
        for (int i = 0; i < test; i++) {
            testPart.add(entry(order[i], 2L * MOST + i));
        }
        List<E2eEntry> validationPart = new ArrayList<>();
        for (int i = 0; i < validation; i++) {
            validationPart.add(entry(order[MOST_HELD_OUT + i], MOST + i));
        }
        List<E2eEntry> trainPart = new ArrayList<>();
        for (int i = 0; i < train; i++) {
            long key = Purpose.SYNTHETIC.key(seed, i, 3);
            int drawn = SplitMix64.bounded(key, 0, MEANINGS - 2 * MOST_HELD_OUT);
            E2eEntry all = entry(order[2 * MOST_HELD_OUT + drawn], i);
            String way = all.references().get(SplitMix64.bounded(key, 1, WAYS));
            trainPart.add(new E2eEntry(all.meaning(), List.of(way), i));
        }
        return new E2eSplit(
                trainPart,
                validationPart,
                testPart,
                new Provenance(
                        String.format(
                                Locale.ROOT,
                                "synthetic places, %d training sentences, %d validation meanings, %d test"
                                        + " meanings",
                                train,
                                validation,
                                test),
                        "generated from seed " + seed + ", not real data",
                        true,
                        Sha256.of(List.of(trainPart, validationPart, testPart).toString())));
    }

    private static E2eEntry entry(int meaning, long id) {
        String name = NAMES[meaning % NAMES.length];
        String kind = KINDS[meaning / NAMES.length % KINDS.length];
        String food = FOODS[meaning / (NAMES.length * KINDS.length) % FOODS.length];
        String area = AREAS[meaning / (NAMES.length * KINDS.length * FOODS.length)];
        String in = area.isEmpty() ? "" : " in the " + area;
        return new E2eEntry(
                "name["
                        + name
                        + "], kind["
                        + kind
                        + "], food["
                        + food
                        + "]"
                        + (area.isEmpty() ? "" : ", area[" + area + "]"),
                List.of(
                        name + " is a " + kind + in + " that serves " + food + ".",
                        "For " + food + ", try the " + kind + " " + name + in + ".",
                        "The " + kind + " " + name + in + " has " + food + "."),
                id);
    }
}
