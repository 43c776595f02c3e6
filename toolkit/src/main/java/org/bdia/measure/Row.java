package org.bdia.measure;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.Median;
import org.apache.commons.statistics.distribution.BinomialDistribution;

/**
 * One point's measurements. Memory in MiB, times in milliseconds.
 *
 * @param engine the engine's name and version
 * @param parameters the parameters' memory
 * @param rest the memory between two steps: parameters, gradients and the optimiser's two moments, four times the parameters; of a
 *     step that counts all, what was counted, or where nothing counts, of one that updates per block what is predicted
 * @param peak the peak above rest during a step
 * @param saved the tensor memory alive between forward and backward pass, NaN where it was not counted
 * @param residentPeak the resident set's, a cross-check
 * @param source how the peak was found: counted, rss or cuda
 * @param times of each round
 * @param toStore the time divided by that of standard, store, gelu in the same round, same engine, task, depth, precision and kind
 *     of step
 * @param toPeer the same, divided by that of the same row of the other engine
 * @param toPeerStore our time divided by that of standard, store of the python engine
 * @param kernels what the self-check of fused kernels found in this process: {@link #AGREE}, or the shapes that it refused; empty for
 *     another engine
 */
public record Row(
        Point point,
        String engine,
        double parameters,
        double rest,
        double peak,
        double saved,
        double residentPeak,
        String source,
        List<Double> times,
        Ratio toStore,
        Ratio toPeer,
        Ratio toPeerStore,
        String kernels) {

    /** The self-check's verdict where it refused no kernel. */
    static final String AGREE = "agree";

    /** The header of {@link #csv}. */
    public static final String HEADER =
            "task,method,backprop,variant,precision,engine,depth,batch,tokens,width,params_mib,optimizer_mib,"
                    + "gradients_mib,activations_mib,side_mib,peak_mib,total_mib,ms_median,ms_min,ms_max,"
                    + "ratio_to_store,ratio_to_peer,activation,saved_mib,"
                    + "step,vocabulary,head_tokens,rest_mib,ratio_to_store_low,ratio_to_store_high,ratio_to_peer_low,"
                    + "ratio_to_peer_high,ratio_to_peer_store,ratio_to_peer_store_low,ratio_to_peer_store_high,kernels";

    /**
     * The quotient of two points' times, taken within rounds.
     *
     * @param median over the rounds; NaN if there is nothing to compare with
     * @param low the lower end of the median's 95 % interval; NaN below 6 rounds
     * @param high its upper end
     */
    public record Ratio(double median, double low, double high) {

        /** The probability that a median lies outside its interval, in each tail. */
        private static final double TAIL = 0.025;

        /** Nothing to compare with. */
        static final Ratio NONE = new Ratio(Double.NaN, Double.NaN, Double.NaN);

        /**
         * Compares rounds. The interval is that of the sign test, whatever the distribution: from the k-th smallest to the k-th
         * largest quotient, k the largest number for which at most k − 1 of n fair coins show heads with probability 0.025 or less.
         *
         * @param others of the same rounds; null if there are none
         */
        static Ratio of(List<Double> times, List<Double> others) {
            if (others == null) {
                return NONE;
            }
            int n = times.size();
            double[] quotients =
                    IntStream.range(0, n)
                            .mapToDouble(i -> times.get(i) / others.get(i))
                            .sorted()
                            .toArray();
            var heads = BinomialDistribution.of(n, 0.5);
            int k = 0;
            while (heads.cumulativeProbability(k) <= TAIL) {
                k++;
            }
            return new Ratio(
                    Median.withDefaults().evaluate(quotients),
                    k == 0 ? Double.NaN : quotients[k - 1],
                    k == 0 ? Double.NaN : quotients[n - k]);
        }

        /** Returns for example 0.74 (0.71–0.77); empty if there is nothing to compare with. */
        @Override
        public String toString() {
            String interval =
                    Double.isNaN(low) ? "" : String.format(Locale.ROOT, " (%.2f–%.2f)", low, high);
            return Double.isNaN(median)
                    ? ""
                    : String.format(Locale.ROOT, "%.2f", median) + interval;
        }
    }

    /** Copies the list. */
    public Row {
        times = List.copyOf(times);
    }

    /** Returns the median time. */
    public double median() {
        return Median.withDefaults().evaluate(times.stream().mapToDouble(v -> v).toArray());
    }

    /** Returns the peak plus the memory at rest. */
    public double total() {
        return peak + rest;
    }

    /** Returns the row in {@link #HEADER}'s order. */
    public String csv() {
        return String.join(
                ",",
                point.task(),
                point.method(),
                point.backprop(),
                point.variant(),
                point.precision(),
                point.engine(),
                Integer.toString(point.depth()),
                Integer.toString(point.batch()),
                Integer.toString(point.tokens()),
                Integer.toString(point.width()),
                number(parameters),
                number(2 * parameters),
                number(parameters),
                number(peak - point.sideMib()),
                number(point.sideMib()),
                number(peak),
                number(total()),
                number(median()),
                number(times.stream().mapToDouble(v -> v).min().orElse(Double.NaN)),
                number(times.stream().mapToDouble(v -> v).max().orElse(Double.NaN)),
                number(toStore.median()),
                number(toPeer.median()),
                point.activation().word(),
                number(saved),
                point.step(),
                Integer.toString(point.vocabulary()),
                Integer.toString(point.headTokens()),
                number(rest),
                number(toStore.low()),
                number(toStore.high()),
                number(toPeer.low()),
                number(toPeer.high()),
                number(toPeerStore.median()),
                number(toPeerStore.low()),
                number(toPeerStore.high()),
                kernels.replace(',', ';'));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }
}
