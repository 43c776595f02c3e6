package org.bdia.report;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.distribution.TDistribution;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Methods compared over seeds: mean ± sample standard deviation, 95 % intervals, and
 * differences from a reference with their tests.
 *
 * <p>Intervals are Student's: mean ± t<sub>0.975, n−1</sub> std / √n. They assume seeds to be independent and
 * about normal, which a handful of seeds cannot show: n is always printed beside them.
 */
public final class Comparison implements Tabular {
    /** The fewest seeds whose scatter is worth an interval or an effect size in a table: of two it is one difference. */
    static final int FEWEST = 3;

    /** The probability in each tail outside a 95 % interval. */
    static final double TAIL = 0.025;

    private final Metric metric;
    private final Map<String, SortedMap<Long, Double>> values;

    Comparison(Metric metric, Map<String, SortedMap<Long, Double>> values) {
        this.metric = metric;
        this.values = values;
    }

    /**
     * Returns one method's values over seeds.
     *
     * @param method the method's label
     * @param n the number of seeds
     * @param mean their mean
     * @param std their sample standard deviation (divisor n − 1); NaN for one seed
     * @param low the 95 % interval's lower end; NaN for one seed
     * @param high the 95 % interval's upper end; NaN for one seed
     */
    public record Summary(String method, int n, double mean, double std, double low, double high) {

        static Summary of(String method, double[] values) {
            int n = values.length;
            double mean = Mean.of(values).getAsDouble();
            double std = n > 1 ? StandardDeviation.of(values).getAsDouble() : Double.NaN;
            double half =
                    n > 1
                            ? TDistribution.of(n - 1).inverseSurvivalProbability(TAIL)
                                    * std
                                    / Math.sqrt(n)
                            : Double.NaN;
            return new Summary(method, n, mean, std, mean - half, mean + half);
        }
    }

    /**
     * Gathers the rows of a metric by method and seed.
     *
     * @param name for example {@code val_loss} or validation loss
     * @throws IllegalArgumentException if no row has the metric, or two rows have the same method and seed:
     *     then the rows mix depths, stages or tasks that are not one experiment
     */
    public static Comparison of(List<Result> results, String name) {
        Metric metric = Metric.of(name, results.stream().map(Result::metric).toList());
        Map<String, SortedMap<Long, Double>> values = new LinkedHashMap<>();
        for (Result row : results) {
            if (row.metric().equals(metric.id())
                    && values.computeIfAbsent(row.method(), method -> new TreeMap<>())
                                    .put(row.seed(), row.value())
                            != null) {
                throw new IllegalArgumentException(
                        "two rows compete for "
                                + metric.id()
                                + " of "
                                + row.method()
                                + ", seed "
                                + row.seed()
                                + ", one is "
                                + row
                                + "; filter the rows to one task, depth, gamma and stage");
            }
        }
        return new Comparison(metric, values);
    }

    /** Returns every method's summary, in the rows' order. */
    public List<Summary> summaries() {
        return values.keySet().stream().map(this::summary).toList();
    }

    /**
     * Returns one method's summary.
     *
     * @throws IllegalArgumentException if no row has the method
     */
    public Summary summary(String method) {
        return Summary.of(method, array(method(method).values()));
    }

    /**
     * Returns every other method's difference from a reference as a table: number of seeds, difference with its 95 % interval,
     * effect size, p-values of the t-test, as it is and corrected by Holm, and of the Mann–Whitney test where seeds are enough
     * for it to reject.
     *
     * @throws IllegalArgumentException if no row has the reference
     */
    public Table againstTable(String reference) {
        SortedMap<Long, Double> other = method(reference);
        return Contrast.table(
                metric,
                reference,
                values.keySet().stream()
                        .filter(name -> !name.equals(reference))
                        .map(name -> Contrast.of(name, values.get(name), reference, other))
                        .toList());
    }

    /**
     * Returns the difference of one method from another in words, as if no others were compared, for example {@code bdia −
     * standard: -0.05, 95 % [-0.08, -0.02], paired t-test p = 0.034, d_z = -1.4 (n = 3)}; of accuracies in percentage points.
     *
     * @throws IllegalArgumentException if no row has one of the methods
     */
    public String difference(String method, String reference) {
        return contrast(method, reference).text(metric);
    }

    /**
     * Returns how many paired seeds the 95 % interval of a difference needs to be no wider than ± {@code half}, judged by the scatter
     * of these m pairs alone: ⌈(t<sub>0.975, m−1</sub> s / half)²⌉, s their sample standard deviation.
     *
     * @param half the half width to reach, above 0, in the metric's own unit, of accuracies a fraction
     * @throws IllegalArgumentException if no row has one of the methods, or fewer than two seeds, or seeds that do not pair
     */
    public int seedsFor(String method, String reference, double half) {
        Contrast contrast = contrast(method, reference);
        double found = contrast.estimate().half();
        if (!(half > 0) || !contrast.paired() || Double.isNaN(found)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "the scatter of paired differences of two seeds or more, and a half width above 0 are needed, but the"
                                    + " half width is %s and the difference is %s",
                            half,
                            contrast.text(metric)));
        }
        double ratio = found / half;
        return (int) Math.min(Integer.MAX_VALUE, Math.ceil(contrast.n() * ratio * ratio));
    }

    Contrast contrast(String method, String reference) {
        return Contrast.of(method, method(method), reference, method(reference));
    }

    /**
     * Returns a row per method: the mean, its standard deviation and the number of seeds, see {@link Metric#columns}, then the
     * ends of the 95 % interval, all numeric; the deviation is missing for one seed, the interval for fewer than {@value #FEWEST}.
     * Accuracies are fractions, shown in per cent.
     */
    @Override
    public Table table() {
        List<Summary> summaries = summaries();
        boolean few = summaries.stream().anyMatch(s -> s.n() < FEWEST);
        String note = few ? "; no 95 % interval of fewer than " + FEWEST + " seeds" : "";
        Table table = Table.create(metric.words() + ", mean ± std over seeds" + note);
        table.addColumns(StringColumn.create("method", summaries.stream().map(Summary::method)));
        metric.columns(summaries.stream().map(Optional::of).toList()).forEach(table::addColumns);
        return table.addColumns(
                metric.column("95 % low", ends(summaries, Summary::low)),
                metric.column("95 % high", ends(summaries, Summary::high)));
    }

    private static List<Double> ends(List<Summary> summaries, Function<Summary, Double> end) {
        return summaries.stream().map(s -> s.n() < FEWEST ? Double.NaN : end.apply(s)).toList();
    }

    private SortedMap<Long, Double> method(String method) {
        SortedMap<Long, Double> found = values.get(method);
        if (found == null) {
            throw new IllegalArgumentException(
                    "no row has "
                            + metric.id()
                            + " of '"
                            + method
                            + "'; there are "
                            + values.keySet());
        }
        return found;
    }

    private static double[] array(Collection<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }
}
