package org.bdia.report;

/**
 * An axis of a figure.
 *
 * @param title what it shows, with its unit
 * @param scale linear or logarithmic
 */
public record Axis(String title, Scale scale) {

    /** The scale of an axis. */
    public enum Scale {
        /** Position in proportion to the value. */
        LINEAR,

        /**
         * Position in proportion to log10 of the value. Exact zeros are drawn on a marked line below the
         * lowest decade; negative values are refused.
         */
        LOG
    }

    /** Returns a linear axis. */
    public static Axis linear(String title) {
        return new Axis(title, Scale.LINEAR);
    }

    /** Returns a logarithmic axis. */
    public static Axis log(String title) {
        return new Axis(title, Scale.LOG);
    }
}
