package org.bdia.report;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.inference.MannWhitneyUTest;

/**
 * The Mann–Whitney U test. Up to {@value #FEW} values together it is exact, with ties too, where the library goes over to the normal
 * approximation: three seeds whose accuracies tie could then seem less likely than any order of six values is.
 */
final class MannWhitney {

    /** The binomial coefficients of more values do not fit a long for certain. */
    static final int FEW = 60;

    private MannWhitney() {}

    /**
     * The two-sided p-value: the share of all ways to draw the first sample from both together, whose rank sum is as far from
     * its mean as the one found, or farther. Equal values have the mean of their ranks.
     *
     * @param x the first sample, finite, one value or more
     * @param y the second
     */
    static double p(double[] x, double[] y) {
        double[] all = DoubleStream.concat(Arrays.stream(x), Arrays.stream(y)).toArray();
        if (all.length > FEW) {
            boolean tied = Arrays.stream(all).allMatch(value -> value == all[0]);
            return tied ? 1 : MannWhitneyUTest.withDefaults().test(x, y).getPValue();
        }
        int[] ranks = Arrays.stream(all).mapToInt(value -> doubledRank(value, all)).toArray();
        int mean = x.length * (all.length + 1);
        int distance = Math.abs(Arrays.stream(ranks).limit(x.length).sum() - mean);
        long[] draws = draws(ranks, x.length);
        long total = 0;
        long far = 0;
        for (int sum = 0; sum < draws.length; sum++) {
            total += draws[sum];
            far += Math.abs(sum - mean) >= distance ? draws[sum] : 0;
        }
        return (double) far / total;
    }

    /** Twice the mean rank of a value, which is whole. */
    private static int doubledRank(double value, double[] all) {
        long less = Arrays.stream(all).filter(other -> other < value).count();
        long equal = Arrays.stream(all).filter(other -> other == value).count();
        return Math.toIntExact(2 * less + equal + 1);
    }

    /** For every sum, how many choices of so many ranks have it. */
    private static long[] draws(int[] ranks, int size) {
        long[][] ways = new long[size + 1][Arrays.stream(ranks).sum() + 1];
        ways[0][0] = 1;
        for (int rank : ranks) {
            for (int chosen = size; chosen > 0; chosen--) {
                for (int sum = ways[chosen].length - 1; sum >= rank; sum--) {
                    ways[chosen][sum] += ways[chosen - 1][sum - rank];
                }
            }
        }
        return ways[size];
    }
}
