package org.bdia.report;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;

/**
 * A method's difference from a reference over seeds. All tests are two-sided.
 *
 * <p>Where both ran the same seeds, the t-test is the paired one and the effect size Cohen's d<sub>z</sub>; so it is where two
 * seeds or more are common, the others being left out, which the note says. Else it is Welch's, and Hedges' g. The
 * Mann–Whitney U test, which assumes no distribution, ignores the pairs in either case; it is made only where it could
 * reject at 5 %, from four seeds on either side.
 *
 * @param method the method
 * @param reference the method it is compared with
 * @param paired whether the t-test is the paired one
 * @param n the method's number of seeds
 * @param nReference the reference's
 * @param estimate the difference method − reference, its interval, t-test and effect size
 * @param u the Mann–Whitney test's p-value; NaN where it cannot reject
 * @param note why a number is NaN, or what else a reader must know; empty if nothing
 */
record Contrast(
        String method,
        String reference,
        boolean paired,
        int n,
        int nReference,
        Estimate estimate,
        double u,
        String note) {

    /** Returns the difference as if it were the only one. */
    static Contrast of(
            String method,
            SortedMap<Long, Double> values,
            String reference,
            SortedMap<Long, Double> referenceValues) {
        SortedSet<Long> common = new TreeSet<>(values.keySet());
        common.retainAll(referenceValues.keySet());
        SortedSet<Long> single = new TreeSet<>(values.keySet());
        single.addAll(referenceValues.keySet());
        single.removeAll(common);
        boolean paired = single.isEmpty() || common.size() > 1;
        double[] x = array(values, paired ? common : values.keySet());
        double[] y = array(referenceValues, paired ? common : referenceValues.keySet());
        Estimate estimate = paired ? Estimate.paired(x, y) : Estimate.welch(x, y);
        String note = estimate.note();
        if (paired && !single.isEmpty()) {
            String leftOut = "without seeds " + single + ", which only one has";
            note = note.isEmpty() ? leftOut : leftOut + "; " + note;
        }
        double u = Estimate.mannWhitney(x, y);
        return new Contrast(method, reference, paired, x.length, y.length, estimate, u, note);
    }

    private static double[] array(Map<Long, Double> values, Set<Long> seeds) {
        return seeds.stream().mapToDouble(values::get).toArray();
    }

    /**
     * Returns p-values corrected by Holm's step-down procedure: with p₍₁₎ ≤ … ≤ p₍ₘ₎, the i-th becomes max over j ≤ i of
     * min(1, (m − j + 1) p₍ⱼ₎). A NaN, a test that could not be made, stays NaN and does not count towards m.
     *
     * @see <a href="https://www.jstor.org/stable/4615733">Holm, A simple sequentially rejective multiple test
     *     procedure, 1979</a>
     */
    static double[] holm(double[] p) {
        int[] ascending =
                IntStream.range(0, p.length)
                        .filter(i -> !Double.isNaN(p[i]))
                        .boxed()
                        .sorted(Comparator.comparingDouble(i -> p[i]))
                        .mapToInt(i -> i)
                        .toArray();
        double[] adjusted = p.clone();
        double largest = 0;
        for (int rank = 0; rank < ascending.length; rank++) {
            int i = ascending[rank];
            largest = Math.max(largest, Math.min(1, (ascending.length - rank) * p[i]));
            adjusted[i] = largest;
        }
        return adjusted;
    }

    private boolean isFew() {
        return n < Comparison.FEWEST || nReference < Comparison.FEWEST;
    }

    /** Returns the note, and why texts and tables leave out the interval and the effect size. */
    private String remarks() {
        String few = "no interval or effect size of fewer than " + Comparison.FEWEST + " seeds";
        if (!isFew() || Double.isNaN(estimate.p())) {
            return note;
        }
        return note.isEmpty() ? few : note + "; " + few;
    }

    /** Returns the 95 % interval's lower end, NaN of too few seeds. */
    double low() {
        return judged(estimate.low());
    }

    /** Returns the 95 % interval's upper end, NaN of too few seeds. */
    double high() {
        return judged(estimate.high());
    }

    private double judged(double number) {
        return isFew() ? Double.NaN : number;
    }

    /** Returns a text, in percentage points for accuracies, for example {@code bdia − standard: -0.05, 95 % [-0.08, -0.02], paired t-test p = 0.034, d_z = -1.4 (n = 3)}. */
    String text(Metric metric) {
        StringBuilder text = new StringBuilder(method + " − " + reference + ": ");
        text.append(metric.difference(estimate.difference()));
        if (Double.isNaN(estimate.p())) {
            return text.append(", no test: " + note + " (n = " + seeds() + ")").toString();
        }
        if (!isFew()) {
            text.append(", 95 % [" + Numbers.text(metric.shown(estimate.low())));
            text.append(", " + Numbers.text(metric.shown(estimate.high())) + "]");
        }
        text.append(String.format(Locale.ROOT, ", %s-test p = %.3f", test(), estimate.p()));
        if (!Double.isNaN(judged(estimate.effect()))) {
            String effect = paired ? "d_z" : "g";
            text.append(String.format(Locale.ROOT, ", %s = %.2f", effect, estimate.effect()));
        }
        text.append(" (n = " + seeds() + ")");
        return remarks().isEmpty() ? text.toString() : text.append(", " + remarks()).toString();
    }

    /** Returns the numbers of seeds: one where both have the same seeds, else the method's and the reference's. */
    String seeds() {
        return paired ? "" + n : n + " and " + nReference;
    }

    private String test() {
        return paired ? "paired t" : "Welch t";
    }

    /**
     * Returns contrasts with one reference as a table of numbers; p-values corrected over all of them. Differences of accuracies
     * are fractions, shown in percentage points; the interval and the effect size of fewer than three seeds are missing.
     */
    static Table table(Metric metric, String reference, List<Contrast> contrasts) {
        long tests = contrasts.stream().filter(c -> !Double.isNaN(c.estimate.p())).count();
        String title =
                metric.words()
                        + ": difference from "
                        + reference
                        + " (effect size d_z where paired, else Hedges' g; two-sided p-values, Holm over "
                        + tests
                        + (tests == 1 ? " method)" : " methods)");
        double[] p = numbers(contrasts, c -> c.estimate.p());
        double[] u = numbers(contrasts, Contrast::u);
        RowTable<Contrast> table =
                RowTable.of(title, contrasts)
                        .text("method", Contrast::method)
                        .whole("seeds", Contrast::n)
                        .whole("seeds of " + reference, Contrast::nReference)
                        .with(
                                differences(
                                        metric,
                                        "difference",
                                        contrasts,
                                        c -> c.estimate.difference()))
                        .with(differences(metric, "95 % low", contrasts, Contrast::low))
                        .with(differences(metric, "95 % high", contrasts, Contrast::high))
                        .number("effect size", c -> c.judged(c.estimate.effect()))
                        .text("test", Contrast::test)
                        .with(DoubleColumn.create("p", p))
                        .with(DoubleColumn.create("p Holm", holm(p)));
        if (contrasts.stream().anyMatch(c -> !Double.isNaN(c.u))) {
            table.with(DoubleColumn.create("U p", u))
                    .with(DoubleColumn.create("U p Holm", holm(u)));
        }
        if (contrasts.stream().anyMatch(c -> !c.remarks().isEmpty())) {
            table.text("note", Contrast::remarks);
        }
        return table.table();
    }

    private static DoubleColumn differences(
            Metric metric,
            String name,
            List<Contrast> contrasts,
            Function<Contrast, Double> number) {
        return metric.differences(name, contrasts.stream().map(number).toList());
    }

    private static double[] numbers(List<Contrast> contrasts, ToDoubleFunction<Contrast> number) {
        return contrasts.stream().mapToDouble(number).toArray();
    }
}
