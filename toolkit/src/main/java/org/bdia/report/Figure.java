package org.bdia.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.bdia.io.DurableFiles;

/**
 * A figure, described once and drawn twice: interactively by Plotly, and as a static PNG, SVG or PDF.
 *
 * @param title what the figure shows
 * @param x the horizontal axis; under {@link Series.Bars} only its title counts
 * @param y the vertical axis
 * @param series what is drawn, at least one, either all bars or none
 * @param caption on which data, profile, seeds and hardware it was made
 */
public record Figure(String title, Axis x, Axis y, List<Series> series, Caption caption) {

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

    boolean hasBars() {
        return series.get(0) instanceof Series.Bars;
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
