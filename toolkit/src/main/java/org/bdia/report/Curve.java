package org.bdia.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.commons.statistics.descriptive.DoubleStatistics;
import org.apache.commons.statistics.descriptive.Statistic;

/**
 * A metric of one run of one method along the way, for example its validation loss.
 *
 * @param method the method's label
 * @param seed the run's seed
 * @param x where it was measured, for example the training step, ascending
 * @param y the values, one for each x
 */
public record Curve(String method, long seed, List<Double> x, List<Double> y) {

    /**
     * Copies the lists.
     *
     * @throws IllegalArgumentException if their lengths differ
     */
    public Curve {
        x = List.copyOf(x);
        y = List.copyOf(y);
        if (x.size() != y.size()) {
            throw new IllegalArgumentException(
                    "the curve of "
                            + method
                            + ", seed "
                            + seed
                            + ", has "
                            + x.size()
                            + " positions but "
                            + y.size()
                            + " values");
        }
    }

    /**
     * Returns one line per method, the mean over its seeds, inside a band of one sample standard deviation to either side; a method
     * of one seed has no band. Where a seed's value is not finite, for example after it diverged, the mean and the band end; so they
     * do at the last position that all seeds have, for example where the first of them stopped early. The figure's caption says
     * what the bands are by {@link Caption#ofMeans}.
     *
     * @throws IllegalArgumentException if the seeds of a method have no position in common
     */
    public static List<Series> means(List<Curve> curves) {
        Map<String, List<Curve>> byMethod = new LinkedHashMap<>();
        for (Curve curve : curves) {
            byMethod.computeIfAbsent(curve.method, method -> new ArrayList<>()).add(curve);
        }
        List<Series> lines = new ArrayList<>();
        byMethod.values().forEach(seeds -> lines.add(mean(seeds)));
        return lines;
    }

    private static Series.Line mean(List<Curve> seeds) {
        Curve first = seeds.get(0);
        List<Double> common = new ArrayList<>(first.x);
        for (Curve seed : seeds) {
            common.retainAll(seed.x);
            if (common.isEmpty() && !first.x.isEmpty()) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "the curves of %s cannot be averaged: seed %s was measured at %s, seed %s at %s",
                                first.method,
                                seed.seed,
                                seed.x,
                                first.seed,
                                first.x));
            }
        }
        List<Double> mean = new ArrayList<>();
        List<Double> low = new ArrayList<>();
        List<Double> high = new ArrayList<>();
        for (double at : common) {
            var all =
                    DoubleStatistics.of(
                            Set.of(Statistic.MEAN, Statistic.STANDARD_DEVIATION),
                            seeds.stream()
                                    .mapToDouble(seed -> seed.y.get(seed.x.indexOf(at)))
                                    .toArray());
            double centre = all.getAsDouble(Statistic.MEAN);
            double deviation = all.getAsDouble(Statistic.STANDARD_DEVIATION);
            mean.add(centre);
            low.add(centre - deviation);
            high.add(centre + deviation);
        }
        return seeds.size() == 1
                ? new Series.Line(first.method, common, mean, List.of(), List.of())
                : new Series.Line(first.method, common, mean, low, high);
    }
}
