package org.bdia.report;

import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * An axis of a figure.
 *
 * @param title what it shows, with its unit
 * @param scale linear or logarithmic
 * @param low the lower end; NaN for where the data begin
 * @param high the upper end; NaN for where the data end. What lies outside is cut off, which the figure's caption says
 */
public record Axis(String title, Scale scale, double low, double high) {

    private static final double ROOM = 0.04;

    /** The scale of an axis. */
    public enum Scale {
        /** Position in proportion to the value. */
        LINEAR,

        /**
         * Position in proportion to log10 of the value. Exact zeros are drawn on a marked line below the
         * lowest decade; negative values are refused.
         */
        LOG
    }

    /** Returns a linear axis. */
    public static Axis linear(String title) {
        return new Axis(title, Scale.LINEAR, Double.NaN, Double.NaN);
    }

    /**
     * Returns a linear axis that cuts off a steep start: the fewest of the first third of positions such that the rest, bands
     * included, fits into half the full range; uncut if none do.
     */
    static Axis fitted(String title, List<Series> curves) {
        double[] positions =
                curves.stream().flatMap(s -> s.x().stream()).mapToDouble(x -> x).toArray();
        double[] distinct = DoubleStream.of(positions).sorted().distinct().toArray();
        DoubleSummaryStatistics all = extent(curves, Double.NEGATIVE_INFINITY);
        for (int cut = 1; cut <= distinct.length / 3; cut++) {
            DoubleSummaryStatistics rest = extent(curves, distinct[cut]);
            double range = rest.getMax() - rest.getMin();
            if (range > 0 && range <= (all.getMax() - all.getMin()) / 2) {
                double room = ROOM * range;
                return new Axis(title, Scale.LINEAR, rest.getMin() - room, rest.getMax() + room);
            }
        }
        return linear(title);
    }

    /** Returns the finite heights at and behind a position. */
    private static DoubleSummaryStatistics extent(List<Series> curves, double from) {
        return curves.stream()
                .limit(Figure.LINES)
                .flatMapToDouble(
                        s -> s instanceof Series.Line line ? line.extent(from) : s.extent())
                .filter(Double::isFinite)
                .summaryStatistics();
    }

    /** Returns a logarithmic axis. */
    public static Axis log(String title) {
        return new Axis(title, Scale.LOG, Double.NaN, Double.NaN);
    }
}
