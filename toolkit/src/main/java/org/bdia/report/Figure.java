package org.bdia.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import java.util.stream.LongStream;
import org.bdia.io.DurableFiles;

/**
 * A figure, described once and drawn twice: interactively by Plotly, and as a static PNG, SVG or PDF. Of lines it shows the first
 * {@value #LINES}; the line under the figure says what is not shown.
 *
 * @param title what the figure shows
 * @param x the horizontal axis; under {@link Series.Bars} only its title counts
 * @param y the vertical axis
 * @param series what is drawn, at least one, either all bars or none
 * @param caption on which data, profile, seeds and hardware it was made
 */
public record Figure(String title, Axis x, Axis y, List<Series> series, Caption caption) {

    /** The most lines that a reader can tell apart. */
    static final int LINES = 6;

    private static final int FEW_POSITIONS = 8;

    /** The share of an axis that two ticks are apart at least. */
    private static final double TICK_DISTANCE = 0.04;

    /** So few that their labels stay apart. */
    private static final int MOST_TICKS = 10;

    /** The distance between points of neighbouring series over one category. */
    private static final double POINT_DISTANCE = 0.11;

    /**
     * Checks that the figure can be drawn.
     *
     * @throws IllegalArgumentException if there is no series, a name occurs twice, bars are mixed with other
     *     series or have different categories, a position is not finite, or a logarithmic axis would have
     *     to show a negative value or a position of 0
     */
    public Figure {
        series = List.copyOf(series);
        if (series.isEmpty()) {
            throw new IllegalArgumentException("figure '" + title + "' has no series");
        }
        Set<String> names = new HashSet<>();
        for (Series one : series) {
            if (!names.add(one.name())) {
                throw new IllegalArgumentException(
                        "figure '" + title + "' has two series named '" + one.name() + "'");
            }
        }
        requireOneKind(title, series);
        for (Series one : series) {
            requirePositions(title, x, one);
            if (y.scale() == Axis.Scale.LOG) {
                requireNotNegative(title, one);
            }
        }
    }

    /** Returns the figure for Plotly: an object with {@code data}, {@code layout} and {@code config}, as JSON. */
    public String plotly() {
        return PlotlyFigure.json(this);
    }

    /**
     * Returns the figure as PNG.
     *
     * @param scale pixels per point: 1 for a thumbnail, 2 for a screen, 4 for print
     * @throws IllegalArgumentException if the scale is not in 1 … 8
     */
    public byte[] png(int scale) {
        if (scale < 1 || scale > 8) {
            throw new IllegalArgumentException("scale is " + scale + ", but must be in 1 … 8");
        }
        return StaticFigure.png(this, scale);
    }

    /** Returns the figure as SVG; its text is drawn as outlines, the same on every machine. */
    public byte[] svg() {
        return StaticFigure.svg(this);
    }

    /** Returns the figure as a PDF of one page, cut to the figure's size. */
    byte[] pdf() {
        return StaticFigure.pdf(this);
    }

    /**
     * Writes {@code name.png}, {@code name.svg}, {@code name.pdf} and {@code name.json}, each atomically.
     *
     * @throws IllegalArgumentException if the name cannot be a file's name
     */
    public void save(Path folder, String name) throws IOException {
        Report.requireName(name);
        DurableFiles.makeFolder(folder);
        DurableFiles.replace(folder.resolve(name + ".png"), png(2));
        DurableFiles.replace(folder.resolve(name + ".svg"), svg());
        DurableFiles.replace(folder.resolve(name + ".pdf"), pdf());
        DurableFiles.replace(folder.resolve(name + ".json"), plotly());
    }

    /** Returns whether the series are drawn as bars, which a logarithmic axis has no zero for. */
    boolean hasBars() {
        return isCategorical() && y.scale() == Axis.Scale.LINEAR;
    }

    private boolean isCategorical() {
        return series.get(0) instanceof Series.Bars;
    }

    /** Returns what is drawn: the series, bars as points beside each other where {@link #hasBars} says no. */
    List<Series> drawn() {
        if (!isCategorical() || hasBars()) {
            return series;
        }
        List<Series> points = new ArrayList<>();
        for (Series bars : series) {
            double shift = (points.size() - (series.size() - 1) / 2.0) * POINT_DISTANCE;
            points.add(
                    new Series.Points(
                            bars.name(),
                            bars.x().stream().map(at -> at + shift).toList(),
                            bars.y()));
        }
        return points;
    }

    /** Returns what is drawn and not {@link #hidden}. */
    List<Series> shown() {
        List<Series> shown = new ArrayList<>(drawn());
        shown.removeAll(hidden());
        return shown;
    }

    boolean isLogarithmicX() {
        return x.scale() == Axis.Scale.LOG && !isCategorical();
    }

    /** Returns the lines beyond the first {@value #LINES}, which are not shown. */
    List<Series> hidden() {
        List<Series> lines = series.stream().filter(s -> s instanceof Series.Line).toList();
        return lines.subList(Math.min(LINES, lines.size()), lines.size());
    }

    /**
     * Returns where ticks stand on the horizontal axis, and their labels: at the categories, at the positions where these are
     * few, for example depths, else at round numbers; empty for a logarithmic axis.
     */
    SortedMap<Double, String> ticks() {
        SortedMap<Double, String> ticks = new TreeMap<>();
        if (isCategorical()) {
            List<String> categories = ((Series.Bars) series.get(0)).categories();
            categories.forEach(category -> ticks.put((double) ticks.size(), category));
            return ticks;
        }
        if (x.scale() != Axis.Scale.LINEAR) {
            return ticks;
        }
        double[] at = positions();
        if (at.length > FEW_POSITIONS) {
            roundNumbers(at[0], at[at.length - 1])
                    .forEach(position -> ticks.put(position, Numbers.text(position)));
            return ticks;
        }
        double least = TICK_DISTANCE * (at[at.length - 1] - at[0]);
        for (double position : at) {
            if (ticks.isEmpty() || position - ticks.lastKey() >= least) {
                ticks.put(position, Numbers.text(position));
            }
        }
        return ticks;
    }

    /** Whether ticks stand at round numbers, of which a reader who zooms in needs others. */
    boolean hasRoundTicks() {
        return x.scale() == Axis.Scale.LINEAR
                && !isCategorical()
                && positions().length > FEW_POSITIONS;
    }

    private double[] positions() {
        return series.stream()
                .flatMap(s -> s.x().stream())
                .mapToDouble(position -> position)
                .sorted()
                .distinct()
                .toArray();
    }

    private static DoubleStream roundNumbers(double low, double high) {
        double decade = Math.pow(10, Math.floor(Math.log10((high - low) / MOST_TICKS)));
        double step =
                DoubleStream.of(1, 2, 5, 10)
                        .map(factor -> factor * decade)
                        .filter(wide -> high - low <= MOST_TICKS * wide)
                        .findFirst()
                        .orElseThrow();
        // low and high may be multiples of the step but for rounding
        long first = (long) Math.ceil(low / step - 1e-9);
        long last = (long) Math.floor(high / step + 1e-9);
        return LongStream.rangeClosed(first, last).mapToDouble(k -> k * step);
    }

    /** Returns the lines under the figure, each of at most {@code characters} characters: the caption, and what is not shown. */
    List<String> captionLines(int characters) {
        List<String> parts = new ArrayList<>(List.of(caption.text()));
        List<Double> outside =
                shown().stream()
                        .flatMapToDouble(Series::extent)
                        .filter(v -> v < y.low() || v > y.high())
                        .boxed()
                        .sorted()
                        .toList();
        if (!outside.isEmpty()) {
            double first = outside.get(0);
            double last = outside.get(outside.size() - 1);
            parts.add(
                    "the axis leaves out values "
                            + (first == last ? "of " : "from ")
                            + Numbers.text(first)
                            + (first == last ? "" : " to " + Numbers.text(last)));
        }
        if (!hidden().isEmpty()) {
            List<String> names = hidden().stream().map(Series::name).toList();
            parts.add(
                    "not shown: "
                            + String.join(", ", names.subList(0, Math.min(LINES, names.size())))
                            + (names.size() > LINES
                                    ? " and " + (names.size() - LINES) + " more"
                                    : ""));
        }
        return wrapped(String.join(" · ", parts), characters);
    }

    /** Returns the text broken between words into lines of at most {@code characters} characters. */
    static List<String> wrapped(String text, int characters) {
        return List.of(text.replaceAll("(.{1," + characters + "})(?: |$)", "$1\n").split("\n"));
    }

    private static void requireOneKind(String title, List<Series> series) {
        List<List<String>> categories =
                series.stream()
                        .map(
                                s ->
                                        s instanceof Series.Bars bars
                                                ? bars.categories()
                                                : List.<String>of())
                        .distinct()
                        .toList();
        if (categories.size() > 1) {
            throw new IllegalArgumentException(
                    "figure '"
                            + title
                            + "' mixes series over different categories "
                            + categories
                            + "; give all series the same bars, or make two figures");
        }
    }

    private static void requirePositions(String title, Axis x, Series series) {
        boolean log = x.scale() == Axis.Scale.LOG && !(series instanceof Series.Bars);
        for (double at : series.x()) {
            if (!Double.isFinite(at) || (log && at <= 0)) {
                throw new IllegalArgumentException(
                        "series '"
                                + series.name()
                                + "' of figure '"
                                + title
                                + "' has position "
                                + at
                                + ", but positions must be finite"
                                + (log ? " and, on a logarithmic axis, above 0" : ""));
            }
        }
    }

    private static void requireNotNegative(String title, Series series) {
        series.extent()
                .filter(value -> value < 0)
                .findFirst()
                .ifPresent(
                        value -> {
                            throw new IllegalArgumentException(
                                    "series '"
                                            + series.name()
                                            + "' of figure '"
                                            + title
                                            + "' has "
                                            + value
                                            + ", which a logarithmic axis cannot show; use a linear one");
                        });
    }
}
