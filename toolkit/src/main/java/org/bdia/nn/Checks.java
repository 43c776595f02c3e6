package org.bdia.nn;

/** Ranges that several blocks share. */
final class Checks {

    private Checks() {}

    /** Refuses a rate outside 0 ≤ dropout &lt; 1, NaN included. */
    static void dropout(double rate) {
        if (!(rate >= 0 && rate < 1)) {
            throw new IllegalArgumentException(
                    "dropout must be at least 0 and below 1, but is " + rate);
        }
    }

    /** Refuses a size below 1. */
    static void positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1, but is " + value);
        }
    }

    /** Refuses a size that is no multiple of another. */
    static void multiple(String name, int value, String unit, int divisor) {
        if (value % divisor != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "%s must be a multiple of %s, but %s is %d and %s is %d",
                            name, unit, name, value, unit, divisor));
        }
    }
}
