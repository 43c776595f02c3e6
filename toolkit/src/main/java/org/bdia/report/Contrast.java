package org.bdia.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;

/**
 * A method's difference from a reference over seeds. All tests are two-sided.
 *
 * <p>Where both ran the same seeds, the t-test is the paired one and the effect size Cohen's d<sub>z</sub>; so it is where two
 * seeds or more are common, the others being left out, which the note says. Else it is Welch's, and Hedges' g. The
 * Mann–Whitney U test, which assumes no distribution, ignores the pairs in either case; its smallest possible p-value is 0.1
 * with three seeds and 0.0079 with five.
 *
 * @param method the method
 * @param reference what it is compared with
 * @param design which t-test and effect size
 * @param n the method's number of seeds
 * @param nReference the reference's
 * @param difference mean of the method − mean of the reference
 * @param low the lower end of the difference's 95 % interval, Student's
 * @param high its upper end
 * @param t the t-test's p-value
 * @param u the Mann–Whitney test's p-value
 * @param effect the effect size
 * @param note why a number is NaN, or what else a reader must know; empty if nothing
 */
public record Contrast(
        String method,
        String reference,
        Design design,
        int n,
        int nReference,
        double difference,
        double low,
        double high,
        PValue t,
        PValue u,
        double effect,
        String note) {

    /** Which test fits the seeds. */
    public enum Design {
        /** The same seeds: differences seed by seed. */
        PAIRED("paired t", "d_z"),

        /** Different seeds: two independent samples of any variances. */
        WELCH("Welch t", "g");

        private final String test;
        private final String effect;

        Design(String test, String effect) {
            this.test = test;
            this.effect = effect;
        }

        /** The t-test's name. */
        public String test() {
            return test;
        }

        /** The effect size's symbol. */
        public String effect() {
            return effect;
        }
    }

    /**
     * A test's p-value.
     *
     * @param raw as if it were the only test; NaN where it cannot be made
     * @param holm corrected over all methods that are compared with the same reference
     */
    public record PValue(double raw, double holm) {
        private PValue withHolm(double value) {
            return new PValue(raw, value);
        }

        private static PValue alone(double p) {
            return new PValue(p, p);
        }
    }

    /** For example {@code bdia − standard: -0.05, 95 % [-0.08, -0.02], paired t-test p = 0.034, d_z = -1.4 (n = 3)}. */
    public String text() {
        StringBuilder text = new StringBuilder(method + " − " + reference + ": ");
        text.append(Numbers.text(difference));
        if (Double.isNaN(t.raw())) {
            return text.append(", no test: " + note + " (n = " + seeds() + ")").toString();
        }
        text.append(", 95 % [" + Numbers.text(low) + ", " + Numbers.text(high) + "]");
        text.append(String.format(Locale.ROOT, ", %s-test p = %.3f", design.test(), t.raw()));
        if (t.holm() != t.raw()) {
            text.append(String.format(Locale.ROOT, ", Holm %.3f", t.holm()));
        }
        if (!Double.isNaN(effect)) {
            text.append(String.format(Locale.ROOT, ", %s = %.2f", design.effect(), effect));
        }
        text.append(" (n = " + seeds() + ")");
        return note.isEmpty() ? text.toString() : text.append(", " + note).toString();
    }

    /** The numbers of seeds in words: one where both have the same seeds, else the method's and the reference's. */
    public String seeds() {
        return design == Design.PAIRED ? "" + n : n + " and " + nReference;
    }

    /** The difference as if it were the only one. */
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
        return new Contrast(
                method,
                reference,
                paired ? Design.PAIRED : Design.WELCH,
                x.length,
                y.length,
                estimate.difference(),
                estimate.difference() - estimate.half(),
                estimate.difference() + estimate.half(),
                PValue.alone(estimate.p()),
                PValue.alone(Estimate.mannWhitney(x, y)),
                estimate.effect(),
                paired && !single.isEmpty() ? leftOut(single, estimate.note()) : estimate.note());
    }

    private static String leftOut(SortedSet<Long> seeds, String note) {
        return "without seeds "
                + seeds
                + ", which only one has"
                + (note.isEmpty() ? "" : "; " + note);
    }

    /** The same contrasts, their p-values corrected over all of them. */
    static List<Contrast> corrected(List<Contrast> contrasts) {
        double[] t = Holm.adjust(values(contrasts, c -> c.t().raw()));
        double[] u = Holm.adjust(values(contrasts, c -> c.u().raw()));
        List<Contrast> corrected = new ArrayList<>();
        for (int i = 0; i < t.length; i++) {
            Contrast c = contrasts.get(i);
            corrected.add(
                    new Contrast(
                            c.method,
                            c.reference,
                            c.design,
                            c.n,
                            c.nReference,
                            c.difference,
                            c.low,
                            c.high,
                            c.t.withHolm(t[i]),
                            c.u.withHolm(u[i]),
                            c.effect,
                            c.note));
        }
        return corrected;
    }

    private static double[] values(List<Contrast> contrasts, ToDoubleFunction<Contrast> value) {
        return contrasts.stream().mapToDouble(value).toArray();
    }

    private static double[] array(Map<Long, Double> values, Set<Long> seeds) {
        return seeds.stream().mapToDouble(values::get).toArray();
    }
}
