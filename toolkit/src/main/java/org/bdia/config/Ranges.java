package org.bdia.config;

import java.util.Locale;

/** Ranges that configurations and blocks share; each method throws {@link IllegalArgumentException} outside its range. */
public final class Ranges {

    private Ranges() {}

    /** Refuses a dropout outside 0 ≤ rate &lt; 1, NaN included. */
    public static void dropout(double rate) {
        rate("dropout", rate);
    }

    /** Refuses a rate outside 0 ≤ rate &lt; 1, NaN included. */
    public static void rate(String name, double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(
                    name + " must be at least 0 and below 1, but is " + rate);
        }
    }

    /** Refuses a size below 1. */
    public static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
    }

    /** Refuses a size that is no multiple of another. */
    public static void multiple(String name, int value, String unit, int divisor) {
        if (value % divisor != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s must be a multiple of %s, but %s is %d and %s is %d",
                            name,
                            unit,
                            name,
                            value,
                            unit,
                            divisor));
        }
    }

    /** Refuses fewer than two token ids. */
    public static void vocabulary(String name, int value) {
        if (value < 2) {
            throw new IllegalArgumentException(name + " must be at least 2, but is " + value);
        }
    }
}
