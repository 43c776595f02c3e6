package org.bdia.data;

import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import org.bdia.io.SplitMix64;

/** Stratified sampling. */
final class Strata {

    private Strata() {}

    /**
     * Returns a random order in which any stretch has about each class's share: of the n samples of a class the i-th, from 0, comes at
     * (i + ½) / n of the whole.
     *
     * @param labels (N), the samples' classes
     * @param key of the permutation
     * @return a permutation of 0 to N − 1
     */
    static int[] order(int[] labels, long key) {
        var sizes = new HashMap<Integer, Integer>();
        for (int label : labels) {
            sizes.merge(label, 1, Integer::sum);
        }
        int[] permutation = SplitMix64.permutation(labels.length, key);
        var seen = new HashMap<Integer, Integer>();
        var places = new double[labels.length];
        for (int sample : permutation) {
            int label = labels[sample];
            places[sample] = (seen.merge(label, 1, Integer::sum) - 0.5) / sizes.get(label);
        }
        // The sort is stable: equal places keep the order of the permutation.
        return Arrays.stream(permutation)
                .boxed()
                .sorted(Comparator.comparingDouble(sample -> places[sample]))
                .mapToInt(sample -> sample)
                .toArray();
    }
}
