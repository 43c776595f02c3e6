package org.bdia.report;

import java.util.Arrays;
import java.util.stream.DoubleStream;
import org.apache.commons.numbers.combinatorics.BinomialCoefficientDouble;
import org.apache.commons.numbers.gamma.LogGamma;
import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.descriptive.Variance;
import org.apache.commons.statistics.distribution.TDistribution;
import org.apache.commons.statistics.inference.DataDispersion;
import org.apache.commons.statistics.inference.MannWhitneyUTest;
import org.apache.commons.statistics.inference.TTest;

/**
 * The difference of two samples' means, and what is known about it.
 *
 * @param difference mean of the first − mean of the second
 * @param half half the 95 % interval's length; NaN if undefined
 * @param p the two-sided t-test's p-value; NaN if undefined
 * @param effect the effect size; NaN if undefined
 * @param note why there are NaNs, empty if there are none
 */
record Estimate(double difference, double half, double p, double effect, String note) {

    /** Returns the estimate for paired samples. */
    static Estimate paired(double[] x, double[] y) {
        double[] differences = new double[x.length];
        Arrays.setAll(differences, i -> x[i] - y[i]);
        double mean = Mean.of(differences).getAsDouble();
        if (!finite(x, y) || x.length < 2) {
            return untested(mean, finite(x, y) ? "one seed" : "a value is not finite");
        }
        double variance = Variance.of(differences).getAsDouble();
        if (!Double.isFinite(variance)) {
            return untested(mean, "the values are too large to compare");
        }
        if (Math.sqrt(variance) <= rounding(x, y)) {
            return unvarying(mean);
        }
        return new Estimate(
                mean,
                quantile(x.length - 1) * Math.sqrt(variance / x.length),
                TTest.withDefaults().test(differences).getPValue(),
                dz(differences),
                "");
    }

    /** Returns Welch's estimate for independent samples. */
    static Estimate welch(double[] x, double[] y) {
        double difference = Mean.of(x).getAsDouble() - Mean.of(y).getAsDouble();
        if (!finite(x, y) || x.length < 2 || y.length < 2) {
            return untested(difference, finite(x, y) ? "one seed" : "a value is not finite");
        }
        double squared =
                Variance.of(x).getAsDouble() / x.length + Variance.of(y).getAsDouble() / y.length;
        if (!Double.isFinite(squared)) {
            return untested(difference, "the values are too large to compare");
        }
        if (Math.sqrt(squared) <= rounding(x, y)) {
            return unvarying(difference);
        }
        TTest.Result test = TTest.withDefaults().with(DataDispersion.HETEROSCEDASTIC).test(x, y);
        return new Estimate(
                difference,
                quantile(test.getDegreesOfFreedom()) * Math.sqrt(squared),
                test.getPValue(),
                hedgesG(x, y),
                "");
    }

    /**
     * Returns the two-sided p-value of the Mann–Whitney U test; NaN if a value is not finite, or where no order of so few values
     * could be significant at 5 %.
     */
    static double mannWhitney(double[] x, double[] y) {
        double smallest = 2 / BinomialCoefficientDouble.value(x.length + y.length, x.length);
        if (!finite(x, y) || smallest >= 2 * Comparison.TAIL) {
            return Double.NaN;
        }
        if (all(x, y).distinct().count() == 1) {
            return 1;
        }
        // The normal approximation, which the library takes for ties, may fall below what is
        // possible.
        return Math.max(smallest, MannWhitneyUTest.withDefaults().test(x, y).getPValue());
    }

    /** Returns Cohen's d<sub>z</sub>, the mean of differences over their standard deviation; NaN if they do not vary. */
    static double dz(double[] differences) {
        double std = StandardDeviation.of(differences).getAsDouble();
        return std > 0 ? Mean.of(differences).getAsDouble() / std : Double.NaN;
    }

    /**
     * Returns Hedges' g of independent samples: J(ν) (mean x − mean y) / s, s the pooled standard deviation with ν = n + m − 2
     * degrees of freedom, J(ν) = Γ(ν/2) / (√(ν/2) Γ((ν−1)/2)); NaN where s is 0 or a sample has one value.
     */
    static double hedgesG(double[] x, double[] y) {
        double freedom = x.length + y.length - 2;
        double pooled =
                Math.sqrt(
                        ((x.length - 1) * Variance.of(x).getAsDouble()
                                        + (y.length - 1) * Variance.of(y).getAsDouble())
                                / freedom);
        if (x.length < 2 || y.length < 2 || !(pooled > 0)) {
            return Double.NaN;
        }
        double unbiased =
                Math.exp(LogGamma.value(freedom / 2) - LogGamma.value((freedom - 1) / 2))
                        / Math.sqrt(freedom / 2);
        return unbiased * (Mean.of(x).getAsDouble() - Mean.of(y).getAsDouble()) / pooled;
    }

    double low() {
        return difference - half;
    }

    double high() {
        return difference + half;
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

    /** Returns the error of a difference of values that are rounded to double precision. */
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
