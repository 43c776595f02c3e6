package org.bdia.report;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One named set of values in a {@link Figure}; the name chooses its colour, see {@link Palette}. */
public sealed interface Series {

    /** Returns the name in the legend: a method's label where there is one. */
    String name();

    /** Returns the positions; a bar's is its category's number. */
    List<Double> x();

    /** Returns the heights drawn. A value that is not finite leaves a gap. */
    List<Double> y();

    /** Returns every height that the series touches, bands included. */
    DoubleStream extent();

    /**
     * A polyline, with a band around it where low and high are given.
     *
     * @param name the name in the legend
     * @param x the positions, ascending
     * @param y the heights, one for each position
     * @param low the band's lower edge, one for each position, or empty
     * @param high the band's upper edge, one for each position, or empty
     */
    record Line(String name, List<Double> x, List<Double> y, List<Double> low, List<Double> high)
            implements Series {
        /**
         * Copies the lists.
         *
         * @throws IllegalArgumentException if the lists' lengths differ
         */
        public Line {
            x = List.copyOf(x);
            y = List.copyOf(y);
            low = List.copyOf(low);
            high = List.copyOf(high);
            requireLength(name, "y", x.size(), y.size());
            if (!low.isEmpty() || !high.isEmpty()) {
                requireLength(name, "low", x.size(), low.size());
                requireLength(name, "high", x.size(), high.size());
            }
        }

        @Override
        public DoubleStream extent() {
            return extent(Double.NEGATIVE_INFINITY);
        }

        /** Returns the heights at and behind a position. */
        DoubleStream extent(double from) {
            return Stream.of(y, low, high)
                    .flatMapToDouble(
                            heights ->
                                    IntStream.range(0, heights.size())
                                            .filter(i -> x.get(i) >= from)
                                            .mapToDouble(heights::get));
        }

        /** Returns a line without a band. */
        public static Line of(String name, double[] x, double[] y) {
            return new Line(name, list(x), list(y), List.of(), List.of());
        }
    }

    /**
     * Markers that no line joins; in a figure with lines, rings around points of these.
     *
     * @param name the name in the legend
     * @param x the positions
     * @param y the heights, one for each position
     */
    record Points(String name, List<Double> x, List<Double> y) implements Series {
        /**
         * Copies the lists.
         *
         * @throws IllegalArgumentException if the lists' lengths differ
         */
        public Points {
            x = List.copyOf(x);
            y = List.copyOf(y);
            requireLength(name, "y", x.size(), y.size());
        }

        @Override
        public DoubleStream extent() {
            return y.stream().mapToDouble(v -> v);
        }

        /** Returns points from arrays. */
        public static Points of(String name, double[] x, double[] y) {
            return new Points(name, list(x), list(y));
        }
    }

    /**
     * Bars, one for each category, side by side with those of the figure's other series. A logarithmic axis has no zero for them to
     * stand on: there they are drawn as points.
     *
     * @param name the name in the legend
     * @param categories the words under the bars, the same in every series of a figure
     * @param y the heights, one for each category
     */
    record Bars(String name, List<String> categories, List<Double> y) implements Series {
        /**
         * Copies the lists.
         *
         * @throws IllegalArgumentException if the lists' lengths differ
         */
        public Bars {
            categories = List.copyOf(categories);
            y = List.copyOf(y);
            requireLength(name, "y", categories.size(), y.size());
        }

        @Override
        public List<Double> x() {
            return IntStream.range(0, y.size()).mapToObj(i -> (double) i).toList();
        }

        @Override
        public DoubleStream extent() {
            return y.stream().mapToDouble(v -> v);
        }

        /** Returns bars from an array. */
        public static Bars of(String name, List<String> categories, double[] y) {
            return new Bars(name, categories, list(y));
        }
    }

    private static List<Double> list(double[] values) {
        return Arrays.stream(values).boxed().toList();
    }

    private static void requireLength(String name, String part, int expected, int found) {
        if (expected == 0) {
            throw new IllegalArgumentException("series '" + name + "' has no values");
        }
        if (expected != found) {
            throw new IllegalArgumentException(
                    "series '"
                            + name
                            + "' has "
                            + expected
                            + " positions but "
                            + found
                            + " values in "
                            + part);
        }
    }
}
