package org.bdia.report;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.TTest;

/**
 * The difference of two samples' means, and what is known about it.
 *
 * @param difference mean of the first − mean of the second
 * @param half half the 95 % interval's length; NaN where the samples do not tell
 * @param p the two-sided t-test's p-value; NaN where it cannot be made
 * @param effect the effect size; NaN where it has no unit
 * @param note why there are NaNs, empty if there are none
 */
record Estimate(double difference, double half, double p, double effect, String note) {

    /** Of samples of the same length whose i-th values belong together. */
    static Estimate paired(double[] x, double[] y) {
        Scaled scaled = Scaled.of(x, y);
        return pairedInRange(scaled.sample(0), scaled.sample(1)).back(scaled);
    }

    private static Estimate pairedInRange(double[] x, double[] y) {
        double[] differences = new double[x.length];
        Arrays.setAll(differences, i -> x[i] - y[i]);
        double mean = Mean.of(differences).getAsDouble();
        if (!finite(x, y) || x.length < 2) {
            return untested(mean, finite(x, y) ? "one seed" : "a value is not finite");
        }
        double variance = Variance.of(differences).getAsDouble();
        if (Math.sqrt(variance) <= rounding(x, y)) {
            return unvarying(mean);
        }
        return new Estimate(
                mean,
                quantile(x.length - 1) * Math.sqrt(variance / x.length),
                TTest.withDefaults().test(differences).getPValue(),
                EffectSize.dz(differences),
                "");
    }

    /** Of independent samples whose variances may differ. */
    static Estimate welch(double[] x, double[] y) {
        Scaled scaled = Scaled.of(x, y);
        return welchInRange(scaled.sample(0), scaled.sample(1)).back(scaled);
    }

    private static Estimate welchInRange(double[] x, double[] y) {
        double difference = Mean.of(x).getAsDouble() - Mean.of(y).getAsDouble();
        if (!finite(x, y) || x.length < 2 || y.length < 2) {
            return untested(difference, finite(x, y) ? "one seed" : "a value is not finite");
        }
        double squared =
                Variance.of(x).getAsDouble() / x.length + Variance.of(y).getAsDouble() / y.length;
        if (Math.sqrt(squared) <= rounding(x, y)) {
            return unvarying(difference);
        }
        TTest.Result test = TTest.withDefaults().with(DataDispersion.HETEROSCEDASTIC).test(x, y);
        return new Estimate(
                difference,
                quantile(test.getDegreesOfFreedom()) * Math.sqrt(squared),
                test.getPValue(),
                EffectSize.hedgesG(x, y),
                "");
    }

    /** The Mann–Whitney U test's two-sided p-value; NaN if a value is not finite. */
    static double mannWhitney(double[] x, double[] y) {
        return finite(x, y) ? MannWhitney.p(x, y) : Double.NaN;
    }

    private Estimate back(Scaled scaled) {
        return new Estimate(scaled.back(difference), scaled.back(half), p, effect, note);
    }

    private static Estimate untested(double difference, String note) {
        return new Estimate(difference, Double.NaN, Double.NaN, Double.NaN, note);
    }

    /** Where nothing scatters the t statistic is 0/0 for equal samples, and infinite, not certain, for others. */
    private static Estimate unvarying(double difference) {
        return difference == 0
                ? new Estimate(0, 0, 1, Double.NaN, "all equal")
                : untested(difference, "the difference does not vary");
    }

    private static double quantile(double freedom) {
        return TDistribution.of(freedom).inverseSurvivalProbability(Comparison.TAIL);
    }

    /** The error of a difference of values that are rounded to double precision. */
    private static double rounding(double[] x, double[] y) {
        return 4 * Math.ulp(all(x, y).map(Math::abs).max().getAsDouble());
    }

    private static boolean finite(double[] x, double[] y) {
        return all(x, y).allMatch(Double::isFinite);
    }

    private static DoubleStream all(double[] x, double[] y) {
        return DoubleStream.concat(Arrays.stream(x), Arrays.stream(y));
    }
}
