package org.bdia.report;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/**
 * The strip under a logarithmic axis in which exact zeros stand, a lane for each series that has some, so that two exact methods
 * do not hide each other. Heights are decades: log10 of a value.
 *
 * @param zero the middle of the strip
 * @param lowest the lowest decade of the values above zero
 * @param highest their highest decade
 * @param series the series with zeros, top to bottom
 */
record ZeroStrip(int zero, int lowest, int highest, List<Series> series) {
    private static final double LANE = 0.03;

    /** Returns the figure's strip; empty if its axis is linear or no line or point is zero. */
    static Optional<ZeroStrip> of(Figure figure) {
        List<Series> zeros =
                figure.drawn().stream()
                        .filter(s -> !(s instanceof Series.Bars))
                        .filter(s -> s.extent().anyMatch(v -> v == 0))
                        .toList();
        if (figure.y().scale() != Axis.Scale.LOG || zeros.isEmpty()) {
            return Optional.empty();
        }
        double[] decades =
                figure.series().stream()
                        .flatMapToDouble(Series::extent)
                        .filter(v -> v > 0 && Double.isFinite(v))
                        .map(Math::log10)
                        .toArray();
        int lowest = (int) Math.floor(DoubleStream.of(decades).min().orElse(-1));
        double highest = Math.ceil(DoubleStream.of(decades).max().orElse(lowest));
        int high = Math.max(lowest + 1, (int) highest);
        return Optional.of(new ZeroStrip(lowest - 1 - (high - lowest) / 8, lowest, high, zeros));
    }

    /** Returns a value's height; a zero's lies in the series' lane, and one that is not finite has none: NaN. */
    double height(Series of, double value) {
        if (value != 0) {
            return Double.isFinite(value) ? Math.log10(value) : Double.NaN;
        }
        return zero + lane() * ((series.size() - 1) / 2.0 - series.indexOf(of));
    }

    /** Returns half the strip's height. */
    double half() {
        return lane() * (series.size() + 1) / 2;
    }

    private double lane() {
        return LANE * (highest - zero);
    }

    /** Returns the label of a height; blank between the strip and the lowest decade, where the axis is not to scale. */
    String label(double height) {
        if (height == zero) {
            return "0 (exact)";
        }
        // XChart wants labels that differ.
        if (height < lowest) {
            return " ".repeat((int) Math.ceil(10 * (lowest - height)));
        }
        return Math.abs(height) <= 3 || height != Math.rint(height)
                ? Numbers.text(Math.pow(10, height))
                : "10" + superscript((int) height);
    }

    private static String superscript(int number) {
        return Integer.toString(number)
                .chars()
                .mapToObj(c -> c == '-' ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹".substring(c - '0', c - '0' + 1))
                .collect(Collectors.joining());
    }
}
