package org.bdia.report;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Numbers as a reader wants them: four significant digits, whole numbers whole. */
final class Numbers {
    private static final MathContext FOUR_DIGITS = new MathContext(4);

    private Numbers() {}

    /**
     * Returns a mean and a standard deviation, both to the deviation's second significant digit, for example {@code 0.4213 ±
     * 0.0051}; very large and very small ones with four digits each.
     */
    static String spread(double mean, double std) {
        boolean usual = Double.isFinite(mean) && std >= 1e-6 && std < 1e6 && Math.abs(mean) < 1e9;
        if (!usual) {
            return text(mean) + " ± " + text(std);
        }
        int decimals = Math.max(0, 1 - (int) Math.floor(Math.log10(std)));
        String format = "%,." + decimals + "f ± %,." + decimals + "f";
        return String.format(Locale.ROOT, format, mean, std);
    }

    /** Returns the number in words such as {@code 12,000}, {@code 0.4213}, {@code 1.908e-07} or {@code NaN}. */
    static String text(double value) {
        if (!Double.isFinite(value)) {
            return Double.toString(value);
        }
        if (value == Math.rint(value) && Math.abs(value) < 1e9) {
            return String.format(Locale.ROOT, "%,.0f", value == 0 ? 0.0 : value);
        }
        double size = Math.abs(value);
        if (size < 1e-4 || size >= 1e9) {
            return String.format(Locale.ROOT, "%.3e", value);
        }
        BigDecimal rounded = new BigDecimal(value).round(FOUR_DIGITS);
        return size >= 1e4
                ? String.format(Locale.ROOT, "%,.0f", value)
                : rounded.stripTrailingZeros().toPlainString();
    }
}
