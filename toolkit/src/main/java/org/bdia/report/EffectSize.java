package org.bdia.report;

import org.apache.commons.statistics.descriptive.Mean;
import org.apache.commons.statistics.descriptive.StandardDeviation;
import org.apache.commons.statistics.descriptive.Variance;

/** How large a difference is in units of what seeds scatter. */
final class EffectSize {
    private EffectSize() {}

    /**
     * Cohen's d<sub>z</sub> of paired values: the mean of their differences over the differences' sample standard
     * deviation; NaN for fewer than two, or where they do not vary.
     */
    static double dz(double[] differences) {
        double std = StandardDeviation.of(differences).getAsDouble();
        return differences.length > 1 && std > 0
                ? Mean.of(differences).getAsDouble() / std
                : Double.NaN;
    }

    /**
     * Hedges' g of two independent samples: J(ν) (mean x − mean y) / s, s the pooled standard deviation with ν = n
     * + m − 2 degrees of freedom; NaN where s is 0 or one of the samples has fewer than two values.
     */
    static double hedgesG(double[] x, double[] y) {
        if (x.length < 2 || y.length < 2) {
            return Double.NaN;
        }
        int freedom = x.length + y.length - 2;
        double pooled =
                ((x.length - 1) * Variance.of(x).getAsDouble()
                                + (y.length - 1) * Variance.of(y).getAsDouble())
                        / freedom;
        return pooled > 0
                ? unbiased(freedom)
                        * (Mean.of(x).getAsDouble() - Mean.of(y).getAsDouble())
                        / Math.sqrt(pooled)
                : Double.NaN;
    }

    /**
     * J(ν) = Γ(ν/2) / (√(ν/2) Γ((ν−1)/2)), Hedges' exact factor. The ratio r(ν) of the two gammas follows from r(2)
     * = 1/√π by r(ν+1) r(ν) = (ν−1)/2.
     */
    static double unbiased(int freedom) {
        double ratio = 1 / Math.sqrt(Math.PI);
        for (int v = 2; v < freedom; v++) {
            ratio = (v - 1) / 2.0 / ratio;
        }
        return ratio / Math.sqrt(freedom / 2.0);
    }
}
