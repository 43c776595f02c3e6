package org.bdia.report;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * Where an axis puts its values and its ticks; both renderings of a figure ask here.
 *
 * <p>A position is the value on a linear axis and log10 of the value on a logarithmic one, where exact zeros
 * stand in a strip of their own below the lowest decade. Each series that has zeros gets its own lane of the
 * strip, so that two exact methods do not hide each other.
 *
 * @param low the axis's lower end, a position
 * @param high the axis's upper end, a position
 * @param zero the middle of the strip of exact zeros, a position; empty where there is none
 * @param log whether positions are log10 of values
 * @param fixed whether the ticks belong to the data, and stay where they are when a reader zooms
 * @param ticks the ticks inside the axis, ascending
 */
record Scaling(
        double low,
        double high,
        OptionalDouble zero,
        boolean log,
        boolean fixed,
        List<Tick> ticks) {

    /** The label of the strip in which exact zeros stand. */
    static final String ZERO_LABEL = "0 (exact)";

    private static final int MOST_TICKS = 7;
    private static final double MARGIN = 0.04;
    private static final double LANE = 0.03;
    private static final double CROWDED = 0.08;
    private static final String SUPERSCRIPTS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

    /** A labelled position. */
    record Tick(double at, String label) {}

    /** An axis just large enough for the finite ones of some values. */
    static Scaling of(Axis.Scale scale, double[] values) {
        double[] finite = Arrays.stream(values).filter(Double::isFinite).toArray();
        return scale == Axis.Scale.LOG ? log(finite) : linear(finite);
    }

    /** The same axis with ticks at the data's own positions, where these are few and not crowded. */
    Scaling withTicksAt(double[] values) {
        double[] distinct = Arrays.stream(values).distinct().sorted().toArray();
        if (distinct.length > MOST_TICKS + 1) {
            return this;
        }
        List<Tick> own = new ArrayList<>();
        for (double value : distinct) {
            double at = position(value);
            if (!own.isEmpty() && at - own.get(own.size() - 1).at() < CROWDED * (high - low)) {
                return this;
            }
            own.add(new Tick(at, Numbers.text(value)));
        }
        return new Scaling(low, high, zero, log, true, own);
    }

    /** Half the height of the strip of zeros, in positions. */
    double laneHeight() {
        return LANE * (high - low);
    }

    /** The position of a value; zeros stand in the middle of their strip; NaN where it has none. */
    double position(double value) {
        if (!Double.isFinite(value)) {
            return Double.NaN;
        }
        if (!log) {
            return value;
        }
        return value > 0 ? Math.log10(value) : zero.orElse(low);
    }

    /**
     * The position of a value of one of several series with exact zeros.
     *
     * @param lane the series' number among those, −1 if it has none
     * @param lanes how many they are
     */
    double position(double value, int lane, int lanes) {
        double shift = log && value == 0 ? laneHeight() * ((lanes - 1) / 2.0 - lane) : 0;
        return position(value) + shift;
    }

    /** The axis's words: one position for each of a list of categories, centred on 0, 1, 2, … */
    static Scaling categories(List<String> names) {
        List<Tick> ticks = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            ticks.add(new Tick(i, names.get(i)));
        }
        return new Scaling(-0.5, names.size() - 0.5, OptionalDouble.empty(), false, true, ticks);
    }

    private static Scaling linear(double[] values) {
        double min = Arrays.stream(values).min().orElse(0);
        double max = Arrays.stream(values).max().orElse(1);
        if (min == max) {
            double room = min == 0 ? 1 : Math.abs(min) / 2;
            min -= room;
            max += room;
        }
        boolean whole = Arrays.stream(values).allMatch(v -> v == Math.rint(v));
        double step = niceStep((max - min) / (MOST_TICKS - 1));
        if (whole) {
            step = Math.max(1, step);
        }
        double margin = MARGIN * (max - min);
        // A bar or a memory curve that starts at nought stands on the axis.
        double low = min == 0 ? 0 : min - margin;
        double high = max == 0 ? 0 : max + margin;
        List<Tick> ticks = new ArrayList<>();
        for (long k = (long) Math.ceil(low / step); k * step <= high; k++) {
            ticks.add(new Tick(k * step, plain(k, step)));
        }
        return new Scaling(low, high, OptionalDouble.empty(), false, false, ticks);
    }

    private static Scaling log(double[] values) {
        double[] logs = Arrays.stream(values).filter(v -> v > 0).map(Math::log10).toArray();
        double min = Arrays.stream(logs).min().orElse(-1);
        double max = Arrays.stream(logs).max().orElse(0);
        boolean zeros = Arrays.stream(values).anyMatch(v -> v == 0);
        if (zeros) {
            min = Math.floor(min);
            max = Math.max(max, min + 1);
        } else if (max - min < 0.7) {
            // Too narrow for two ticks: as far as the ticks on either side.
            min = floorToTick(min);
            max = Math.max(-floorToTick(-max), min + Math.log10(2));
        }
        List<Tick> ticks = new ArrayList<>();
        OptionalDouble zero = OptionalDouble.empty();
        double margin = MARGIN * (max - min);
        double low = min - margin;
        if (zeros) {
            zero = OptionalDouble.of(min - Math.max(0.7, 0.18 * (max - min)));
            low = zero.getAsDouble() - 2 * margin;
            ticks.add(new Tick(zero.getAsDouble(), ZERO_LABEL));
        }
        addLogTicks(ticks, min - margin, max + margin);
        return new Scaling(low, max + margin, zero, true, zeros, ticks);
    }

    /** The highest of log10 1, 2, 5, 10 … at or below; by symmetry also the lowest at or above, negated. */
    private static double floorToTick(double at) {
        double decade = Math.floor(at + 1e-12);
        double rest = at - decade + 1e-12;
        double digit = rest >= Math.log10(5) ? 5 : rest >= Math.log10(2) ? 2 : 1;
        return decade + Math.log10(digit);
    }

    private static void addLogTicks(List<Tick> ticks, double from, double to) {
        int first = (int) Math.floor(from);
        int last = (int) Math.ceil(to);
        int[] digits = to - from < 1.7 ? new int[] {1, 2, 5} : new int[] {1};
        int step = Math.max(1, (int) Math.ceil((to - from) / MOST_TICKS));
        boolean powers = from < -3.2 || to > 4.2;
        for (int decade = first; decade <= last; decade++) {
            if (Math.floorMod(decade, step) != 0) {
                continue;
            }
            for (int digit : digits) {
                double at = decade + Math.log10(digit);
                if (at >= from && at <= to) {
                    ticks.add(new Tick(at, powers ? power(digit, decade) : plain(digit, decade)));
                }
            }
        }
    }

    private static double niceStep(double atLeast) {
        double decade = Math.pow(10, Math.floor(Math.log10(atLeast)));
        for (double digit : new double[] {1, 2, 5}) {
            if (digit * decade >= atLeast * (1 - 1e-9)) {
                return digit * decade;
            }
        }
        return 10 * decade;
    }

    private static String plain(int digit, int decade) {
        return BigDecimal.valueOf(digit)
                .scaleByPowerOfTen(decade)
                .stripTrailingZeros()
                .toPlainString();
    }

    /** k steps in digits: as many decimals as the step has, thousands grouped, powers where neither fits. */
    private static String plain(long k, double step) {
        int decade = (int) Math.floor(Math.log10(step) + 1e-9);
        long digit = Math.round(step / Math.pow(10, decade));
        if (decade < -4 || decade > 6) {
            return k == 0 ? "0" : power(k * digit, decade);
        }
        BigDecimal value = BigDecimal.valueOf(k * digit).scaleByPowerOfTen(decade);
        return String.format(Locale.ROOT, "%,." + Math.max(0, -decade) + "f", value);
    }

    private static String power(long digit, int decade) {
        StringBuilder text = new StringBuilder(digit == 1 ? "" : digit + "·");
        text.append("10").append(decade < 0 ? "⁻" : "");
        for (char c : Integer.toString(Math.abs(decade)).toCharArray()) {
            text.append(SUPERSCRIPTS.charAt(c - '0'));
        }
        return text.toString();
    }
}
