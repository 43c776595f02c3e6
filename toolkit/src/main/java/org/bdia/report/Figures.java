package org.bdia.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;

/** The figures that experiments draw again and again. */
public final class Figures {
    private Figures() {}

    /** What the band around a mean curve shows. */
    public enum Band {
        /** From the lowest to the highest seed. */
        RANGE,

        /** One sample standard deviation to either side of the mean. */
        STANDARD_DEVIATION
    }

    /**
     * One line per method, the mean over its seeds, inside a band; a method of one seed has no band.
     *
     * <p>Where a seed's value is not finite, for example after it diverged, the mean and the band end.
     *
     * @throws IllegalArgumentException if two seeds of a method were measured at different positions
     */
    public static Figure curves(
            String title, Axis x, Axis y, List<Curve> curves, Band band, Caption caption) {
        Map<String, List<Curve>> byMethod = new LinkedHashMap<>();
        for (Curve curve : curves) {
            byMethod.computeIfAbsent(curve.method(), method -> new ArrayList<>()).add(curve);
        }
        List<Series> lines = new ArrayList<>();
        byMethod.forEach((method, seeds) -> lines.add(mean(method, seeds, band)));
        return new Figure(title, x, y, lines, caption);
    }

    /** Lines as they are, one per name, over the same positions. */
    public static Figure lines(
            String title,
            Axis x,
            Axis y,
            double[] at,
            Map<String, double[]> values,
            Caption caption) {
        List<Series> lines = new ArrayList<>();
        values.forEach((name, heights) -> lines.add(Series.Line.of(name, at, heights)));
        return new Figure(title, x, y, lines, caption);
    }

    /**
     * Bars of the mean with whiskers of one sample standard deviation, grouped by category, one colour per
     * method; a category that lacks a method has a gap.
     *
     * @param groups for each category under the bars, its methods' summaries
     */
    public static Figure bars(
            String title, Axis y, Map<String, List<Comparison.Summary>> groups, Caption caption) {
        List<String> categories = List.copyOf(groups.keySet());
        Set<String> methods = new LinkedHashSet<>();
        groups.values().forEach(group -> group.forEach(s -> methods.add(s.method())));
        List<Series> bars = new ArrayList<>();
        for (String method : methods) {
            List<Double> means = new ArrayList<>();
            List<Double> deviations = new ArrayList<>();
            for (List<Comparison.Summary> group : groups.values()) {
                var summary = group.stream().filter(s -> s.method().equals(method)).findFirst();
                means.add(summary.map(Comparison.Summary::mean).orElse(Double.NaN));
                deviations.add(summary.map(Comparison.Summary::std).orElse(Double.NaN));
            }
            bars.add(new Series.Bars(method, categories, means, deviations));
        }
        return new Figure(title, Axis.linear(""), y, bars, caption);
    }

    private static Series.Line mean(String method, List<Curve> seeds, Band band) {
        List<Double> at = seeds.get(0).x();
        for (Curve seed : seeds) {
            if (!seed.x().equals(at)) {
                throw new IllegalArgumentException(
                        "the curves of "
                                + method
                                + " cannot be averaged: seed "
                                + seed.seed()
                                + " was measured at "
                                + seed.x()
                                + ", seed "
                                + seeds.get(0).seed()
                                + " at "
                                + at);
            }
        }
        List<Double> mean = new ArrayList<>();
        List<Double> low = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        for (int i : IntStream.range(0, at.size()).toArray()) {
            double[] values = seeds.stream().mapToDouble(seed -> seed.y().get(i)).toArray();
            var all =
                    DoubleStatistics.of(
                            Set.of(
                                    Statistic.MEAN,
                                    Statistic.MIN,
                                    Statistic.MAX,
                                    Statistic.STANDARD_DEVIATION),
                            values);
            double centre = all.getAsDouble(Statistic.MEAN);
            double deviation = all.getAsDouble(Statistic.STANDARD_DEVIATION);
            boolean range = band == Band.RANGE;
            mean.add(centre);
            low.add(range ? all.getAsDouble(Statistic.MIN) : centre - deviation);
            high.add(range ? all.getAsDouble(Statistic.MAX) : centre + deviation);
        }
        return seeds.size() == 1
                ? new Series.Line(method, at, mean, List.of(), List.of())
                : new Series.Line(method, at, mean, low, high);
    }
}
