package org.bdia.measure;

import java.util.List;
import java.util.Locale;

/**
 * One point's measurements. Memory in MiB, times in milliseconds.
 *
 * @param engine the engine's name and version
 * @param parameters the parameters' memory; gradients take as much, the optimiser twice that
 * @param peak the peak above rest during a step
 * @param saved the tensor memory alive between forward and backward pass, NaN where it was not counted
 * @param residentPeak the resident set's, a cross-check
 * @param source how the peak was found: counted, rss or cuda
 * @param times of each round
 * @param ratioToStore the median over rounds of the time divided by that of standard, store, gelu in the same round, same engine,
 *     task, depth and precision; NaN without one
 * @param ratioToPeer the same, divided by that of the same row of the other engine
 */
public record Row(
        Point point,
        String engine,
        double parameters,
        double peak,
        double saved,
        double residentPeak,
        String source,
        List<Double> times,
        double ratioToStore,
        double ratioToPeer) {

    /** The header of {@link #csv}. */
    public static final String HEADER =
            "task,method,backprop,variant,precision,engine,depth,batch,tokens,width,params_mib,optimizer_mib,"
                    + "gradients_mib,activations_mib,side_mib,peak_mib,total_mib,ms_median,ms_min,ms_max,"
                    + "ratio_to_store,ratio_to_peer,activation,saved_mib";

    /** Copies the list. */
    public Row {
        times = List.copyOf(times);
    }

    /** Returns the median time. */
    public double median() {
        return median(times);
    }

    /** Returns the peak plus the memory at rest: parameters, gradients, the optimiser's two moments. */
    public double total() {
        return peak + 4 * parameters;
    }

    /** Returns the median. */
    static double median(List<Double> values) {
        double[] sorted = values.stream().mapToDouble(v -> v).sorted().toArray();
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
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
                number(ratioToStore),
                number(ratioToPeer),
                point.activation().word(),
                number(saved));
    }

    private static String number(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, "%.4f", value);
    }
}
