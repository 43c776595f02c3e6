package org.bdia.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.Path2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.bdia.report.Palette.Style;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A {@link Figure}'s axes, series and legend as a chart of XChart. */
final class Plot {
    private static final int PLOT_HEIGHT = 300;
    private static final int PADDING = 14;
    private static final int WORDS_CHARACTERS = 80;
    private static final int BAND_ALPHA = 46;
    private static final int MARKERS_UP_TO = 30;
    private static final int MARKER_SIZE = 8;
    private static final int LEGEND_CHARACTERS = 30;
    private static final int LEGEND_LINE = 24;

    private static final Color INK = new Color(0x222222);
    private static final Color GRID = new Color(0xE6E6E6);
    private static final Color STRIP = new Color(0xF0F0F0);

    private Plot() {}

    /** Returns the chart; a legend of long names lies under the plot and makes it higher, else it would leave no room beside it. */
    static Chart<?, ?> of(Figure figure, int width, int height) {
        boolean isLong =
                figure.shown().stream().anyMatch(s -> s.name().length() > LEGEND_CHARACTERS);
        int whole = height + (isLong ? LEGEND_LINE * figure.shown().size() : 0);
        Chart<?, ?> chart =
                figure.hasBars()
                        ? bars(figure, new CategoryChart(width, whole))
                        : curves(figure, new XYChart(width, whole));
        chart.getStyler()
                .setLegendPosition(isLong ? LegendPosition.OutsideS : LegendPosition.OutsideE);
        chart.getStyler().setChartTitleVisible(false);
        chart.setXAxisTitle(figure.x().title());
        chart.setYAxisTitle(figure.y().title());
        return chart;
    }

    private static void style(AxesChartStyler styler, Figure figure) {
        styler.setLocale(Locale.ROOT);
        styler.setChartBackgroundColor(Color.WHITE).setChartFontColor(INK);
        styler.setChartPadding(PADDING).setPlotBorderVisible(false).setMarkerSize(MARKER_SIZE);
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setLegendLayout(LegendLayout.Vertical).setLegendBorderColor(Color.WHITE);
        styler.setLegendSeriesLineLength(32).setLegendPadding(8);
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotMargin(0);
        styler.setXAxisLogarithmic(figure.isLogarithmicX());
        boolean log = figure.y().scale() == Axis.Scale.LOG;
        double[] heights =
                figure.shown().stream()
                        .flatMapToDouble(Series::extent)
                        .filter(v -> Double.isFinite(v) && (!log || v > 0))
                        .toArray();
        double low = DoubleStream.of(heights).min().orElse(log ? 0.1 : 0);
        double high = DoubleStream.of(heights).max().orElse(1);
        styler.setYAxisLogarithmic(log);
        if (log) {
            double floor = Math.pow(10, Math.floor(Math.log10(low)));
            // Within a decade XChart labels every tick; beyond, decades alone: two at least.
            boolean decades = high >= 10 * low;
            styler.setYAxisLogarithmicDecadeOnly(decades);
            boolean few = decades && high < 100 * floor;
            low = few || low == high ? floor : low;
            high = few ? 100 * floor : low == high ? 10 * low : high;
        } else if (figure.hasBars()) {
            low = Math.min(0, low);
            high = Math.max(0, high);
        } else if (Double.isFinite(figure.y().low())) {
            low = figure.y().low();
            high = figure.y().high();
        }
        if (!log) {
            styler.setyAxisTickLabelsFormattingFunction(Numbers::text);
        }
        styler.setYAxisMin(low).setYAxisMax(low == high ? low + Math.max(1, Math.abs(low)) : high);
    }

    private static CategoryChart bars(Figure figure, CategoryChart chart) {
        style(chart.getStyler(), figure);
        chart.getStyler().setAvailableSpaceFill(0.72).setPlotGridVerticalLinesVisible(false);
        List<String> words = ((Series.Bars) figure.series().get(0)).categories();
        boolean crowded =
                words.stream().anyMatch(w -> w.length() * words.size() > WORDS_CHARACTERS);
        chart.getStyler().setXAxisLabelRotation(crowded ? 30 : 0);
        List<Style> styles = Palette.styles(figure.series());
        for (Series series : figure.series()) {
            Series.Bars bars = (Series.Bars) series;
            List<Double> heights = new ArrayList<>();
            for (double y : bars.y()) {
                heights.add(Double.isFinite(y) ? (Double) y : null);
            }
            CategorySeries drawn = chart.addSeries(bars.name(), bars.categories(), heights);
            drawn.setFillColor(styles.get(figure.series().indexOf(series)).color());
        }
        return chart;
    }

    private static XYChart curves(Figure figure, XYChart chart) {
        style(chart.getStyler(), figure);
        double[] at = positions(figure);
        double from = DoubleStream.of(at).min().orElse(1);
        double to = DoubleStream.of(at).max().orElse(1);
        boolean single = from == to;
        boolean log = figure.isLogarithmicX();
        chart.getStyler()
                .setXAxisMin(single ? log ? from / 10 : from - 1 : from)
                .setXAxisMax(single ? log ? from * 10 : from + 1 : to);
        if (!figure.ticks().isEmpty()) {
            // StaticFigure draws them: XChart cannot place ticks.
            chart.getStyler()
                    .setXAxisTickLabelsColor(Color.WHITE)
                    .setXAxisTickMarksColor(Color.WHITE);
            chart.getStyler().setPlotGridVerticalLinesVisible(false);
        }
        Optional<ZeroStrip> strip = ZeroStrip.of(figure);
        strip.ifPresent(zeros -> addStrip(chart, zeros));
        List<Series> shown = figure.shown();
        List<Style> styles = Palette.styles(figure.series());
        for (int i = 0; i < shown.size(); i++) {
            if (shown.get(i) instanceof Series.Line line && !line.low().isEmpty()) {
                addBand(
                        chart,
                        line,
                        heights(line, line.low(), strip),
                        heights(line, line.high(), strip),
                        styles.get(i));
            }
        }
        for (int i = 0; i < shown.size(); i++) {
            Series series = shown.get(i);
            boolean line = series instanceof Series.Line;
            double[] y = heights(series, series.y(), strip);
            if (line) {
                // for the legend alone, see drawLines
                Arrays.fill(y, Double.NaN);
            }
            XYSeries curve = chart.addSeries(series.name(), array(series.x()), y);
            curve.setXYSeriesRenderStyle(
                    line ? XYSeriesRenderStyle.Line : XYSeriesRenderStyle.Scatter);
            curve.setLineStyle(styles.get(i).stroke()).setLineColor(styles.get(i).color());
            curve.setMarker(isMarked(series) ? styles.get(i).mark().marker() : SeriesMarkers.NONE);
            curve.setMarkerColor(styles.get(i).color());
        }
        return chart;
    }

    private static double[] positions(Figure figure) {
        return figure.drawn().stream()
                .flatMap(series -> series.x().stream())
                .mapToDouble(at -> at)
                .toArray();
    }

    /** XChart's own logarithmic axis knows no zero: the axis becomes a linear one of decades. */
    private static void addStrip(XYChart chart, ZeroStrip strip) {
        XYStyler styler = chart.getStyler();
        double low = strip.zero() - 1.5 * strip.half();
        styler.setYAxisLogarithmic(false).setYAxisMin(low).setYAxisMax((double) strip.highest());
        styler.setyAxisTickLabelsFormattingFunction(strip::label);
        // One tick a decade.
        styler.setYAxisTickMarkSpacingHint((int) (PLOT_HEIGHT / (strip.highest() - low)));
        double from = styler.getXAxisMin();
        double to = styler.getXAxisMax();
        boolean log = styler.isXAxisLogarithmic();
        double left = log ? from / 10 : 2 * from - to;
        double right = log ? to * 10 : 2 * to - from;
        double bottom = strip.zero() - strip.half();
        double top = strip.zero() + strip.half();
        addPolygon(
                chart,
                new double[] {left, right, right, left},
                new double[] {bottom, bottom, top, top},
                STRIP);
    }

    /** Adds a polygon for each stretch in which both edges are finite. */
    private static void addBand(
            XYChart chart, Series.Line line, double[] low, double[] high, Style style) {
        double[] at = array(line.x());
        Color fill =
                new Color(
                        style.color().getRed(),
                        style.color().getGreen(),
                        style.color().getBlue(),
                        BAND_ALPHA);
        int from = 0;
        for (int i = 0; i <= at.length; i++) {
            if (i == at.length || Double.isNaN(low[i] + high[i])) {
                if (i - from > 1) {
                    addPolygon(
                            chart,
                            thereAndBack(at, at, from, i),
                            thereAndBack(low, high, from, i),
                            fill);
                }
                from = i + 1;
            }
        }
    }

    private static double[] thereAndBack(double[] there, double[] back, int from, int to) {
        int n = to - from;
        double[] both = new double[2 * n];
        for (int i = 0; i < n; i++) {
            both[i] = there[from + i];
            both[2 * n - 1 - i] = back[from + i];
        }
        return both;
    }

    private static void addPolygon(XYChart chart, double[] xs, double[] ys, Color fill) {
        // XChart tells series apart by name; this one is never shown.
        XYSeries polygon = chart.addSeries("\0" + chart.getSeriesMap().size(), xs, ys);
        polygon.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea).setShowInLegend(false);
        polygon.setLineStyle(SeriesLines.NONE).setFillColor(fill);
        polygon.setMarker(SeriesMarkers.NONE);
    }

    private static boolean isMarked(Series series) {
        return !(series instanceof Series.Line) || series.x().size() <= MARKERS_UP_TO;
    }

    /** Draws the lines of a figure within its plot, each as one path: XChart begins the dashes anew at every point. */
    static void drawLines(Graphics2D g, Figure figure, XYChart chart, Rectangle2D plot) {
        Optional<ZeroStrip> strip = ZeroStrip.of(figure);
        List<Style> styles = Palette.styles(figure.series());
        Shape all = g.getClip();
        g.clip(plot);
        for (int i = 0; i < figure.shown().size(); i++) {
            Series series = figure.shown().get(i);
            if (series instanceof Series.Line) {
                drawLine(g, series, heights(series, series.y(), strip), styles.get(i), chart);
            }
        }
        g.setClip(all);
    }

    private static void drawLine(
            Graphics2D g, Series line, double[] heights, Style style, XYChart chart) {
        Path2D path = new Path2D.Double();
        boolean gap = true;
        g.setColor(style.color());
        for (int i = 0; i < heights.length; i++) {
            double x = chart.getScreenXFromChart(line.x().get(i));
            double y = chart.getScreenYFromChart(heights[i]);
            if (!Double.isFinite(x + y)) {
                gap = true;
                continue;
            }
            if (gap) {
                path.moveTo(x, y);
            } else {
                path.lineTo(x, y);
            }
            gap = false;
            if (isMarked(line)) {
                style.mark().marker().paint(g, x, y, MARKER_SIZE);
            }
        }
        g.setStroke(style.stroke());
        g.draw(path);
    }

    private static double[] heights(Series of, List<Double> values, Optional<ZeroStrip> strip) {
        return values.stream()
                .mapToDouble(
                        v ->
                                Double.isFinite(v)
                                        ? strip.map(zeros -> zeros.height(of, v)).orElse(v)
                                        : Double.NaN)
                .toArray();
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(v -> v).toArray();
    }
}
