package org.bdia.data;

import java.util.Arrays;

/** The ids of training samples, keys of the random choices that are made for each. */
public final class SampleIds {

    private SampleIds() {}

    /**
     * Checks that no two samples share an id, and with it their random choices.
     *
     * @throws IllegalArgumentException if an id comes twice
     */
    public static void requireUnique(long[] ids) {
        var sorted = ids.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) {
                throw new IllegalArgumentException(
                        "sample ids must differ, but "
                                + sorted[i]
                                + " comes twice; number the samples, for example by their lines");
            }
        }
    }
}
