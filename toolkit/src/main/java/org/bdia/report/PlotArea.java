package org.bdia.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.AffineTransform;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.bdia.report.Palette.Style;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** A static figure's data, drawn by XChart: lines, markers, bands, bars and whiskers, nothing else. */
final class PlotArea {
    static final int MARKER_SIZE = 8;

    private static final int MARKERS_UP_TO = 30;
    private static final int BAND_ALPHA = 46;
    private static final double GROUP_WIDTH = 0.72;
    private static final Color NOTHING = new Color(0, true);
    private static final Color WHISKER = new Color(0x222222);

    private final XYChart chart = new XYChart(1, 1);
    private final Scaling x;
    private final Scaling y;

    PlotArea(Figure figure, Scaling x, Scaling y) {
        this.x = x;
        this.y = y;
        XYStyler styler = chart.getStyler();
        styler.setChartPadding(0).setPlotContentSize(1).setLegendVisible(false);
        styler.setChartTitleVisible(false).setPlotBorderVisible(false);
        styler.setChartBackgroundColor(NOTHING).setPlotBackgroundColor(NOTHING);
        styler.setMarkerSize(MARKER_SIZE);
        styler.setPlotMargin(0).setAxisTicksVisible(false).setAxisTitlesVisible(false);
        styler.setPlotGridLinesVisible(false);
        styler.setXAxisMin(x.low()).setXAxisMax(x.high());
        styler.setYAxisMin(y.low()).setYAxisMax(y.high());
        List<Style> styles = Palette.styles(figure.series());
        for (int i = 0; i < styles.size(); i++) {
            if (figure.series().get(i) instanceof Series.Line line && !line.low().isEmpty()) {
                addBand(line, styles.get(i));
            }
        }
        List<Series> zeros = figure.zeroSeries();
        for (int i = 0; i < styles.size(); i++) {
            Series series = figure.series().get(i);
            if (series instanceof Series.Bars bars) {
                addBars(bars, styles.get(i), i, styles.size());
            } else {
                addCurve(series, styles.get(i), zeros.indexOf(series), zeros.size());
            }
        }
    }

    void paint(Graphics2D g, Rectangle2D plot) {
        AffineTransform page = g.getTransform();
        g.translate(plot.getX(), plot.getY());
        chart.paint(g, (int) plot.getWidth(), (int) plot.getHeight());
        g.setTransform(page);
    }

    static BasicStroke stroke(Style style) {
        return new BasicStroke(
                2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, style.dash().pattern(), 0);
    }

    static Marker marker(Style style) {
        return switch (style.mark()) {
            case CIRCLE -> SeriesMarkers.CIRCLE;
            case SQUARE -> SeriesMarkers.SQUARE;
            case TRIANGLE -> SeriesMarkers.TRIANGLE_UP;
            case DIAMOND -> SeriesMarkers.DIAMOND;
            case CROSS -> SeriesMarkers.CROSS;
        };
    }

    static Color translucent(Color color) {
        return new Color(color.getRed(), color.getGreen(), color.getBlue(), BAND_ALPHA);
    }

    static boolean hasMarkers(Series series) {
        return series instanceof Series.Points || series.x().size() <= MARKERS_UP_TO;
    }

    private void addCurve(Series series, Style style, int lane, int lanes) {
        double[] heights =
                series.y().stream().mapToDouble(v -> y.position(v, lane, lanes)).toArray();
        XYSeries curve = add(positions(x, series.x()), heights);
        curve.setXYSeriesRenderStyle(
                series instanceof Series.Line
                        ? XYSeriesRenderStyle.Line
                        : XYSeriesRenderStyle.Scatter);
        curve.setLineStyle(stroke(style)).setLineColor(style.color());
        curve.setMarker(hasMarkers(series) ? marker(style) : SeriesMarkers.NONE);
        curve.setMarkerColor(style.color());
    }

    /** A band is a polygon for each stretch in which both edges are finite. */
    private void addBand(Series.Line line, Style style) {
        double[] at = positions(x, line.x());
        double[] low = positions(y, line.low());
        double[] high = positions(y, line.high());
        int from = 0;
        for (int i = 0; i <= at.length; i++) {
            if (i == at.length || Double.isNaN(low[i] + high[i])) {
                if (i - from > 1) {
                    addBand(at, low, high, from, i, style);
                }
                from = i + 1;
            }
        }
    }

    private void addBand(double[] at, double[] low, double[] high, int from, int to, Style style) {
        int n = to - from;
        double[] xs = new double[2 * n];
        double[] ys = new double[2 * n];
        for (int i = 0; i < n; i++) {
            xs[i] = at[from + i];
            ys[i] = low[from + i];
            xs[2 * n - 1 - i] = at[from + i];
            ys[2 * n - 1 - i] = high[from + i];
        }
        addPolygon(xs, ys, translucent(style.color()));
    }

    private void addBars(Series.Bars bars, Style style, int index, int count) {
        double width = GROUP_WIDTH / count;
        double base = y.log() ? y.low() : 0;
        for (int i = 0; i < bars.y().size(); i++) {
            double height = y.position(bars.y().get(i));
            if (Double.isNaN(height)) {
                continue;
            }
            double left = i - GROUP_WIDTH / 2 + index * width + 0.04 * width;
            double right = left + 0.92 * width;
            addPolygon(
                    new double[] {left, right, right, left},
                    new double[] {base, base, height, height},
                    style.color());
            if (!bars.error().isEmpty() && bars.error().get(i) > 0) {
                addWhisker((left + right) / 2, 0.12 * width, bars.y().get(i), bars.error().get(i));
            }
        }
    }

    private void addWhisker(double at, double half, double value, double error) {
        double low = y.position(value - error);
        double high = y.position(value + error);
        double[] xs = {at - half, at + half, at, at, at - half, at + half};
        double[] ys = {low, low, low, high, high, high};
        addStroke(xs, ys, 3.4f, Color.WHITE);
        addStroke(xs, ys, 1.4f, WHISKER);
    }

    private void addStroke(double[] xs, double[] ys, float width, Color color) {
        XYSeries stroke = add(xs, ys);
        stroke.setXYSeriesRenderStyle(XYSeriesRenderStyle.Line);
        stroke.setLineStyle(new BasicStroke(width)).setLineColor(color);
        stroke.setMarker(SeriesMarkers.NONE);
    }

    private void addPolygon(double[] xs, double[] ys, Color fill) {
        XYSeries polygon = add(xs, ys);
        polygon.setXYSeriesRenderStyle(XYSeriesRenderStyle.PolygonArea);
        polygon.setFillColor(fill);
        polygon.setLineStyle(SeriesLines.NONE);
        polygon.setMarker(SeriesMarkers.NONE);
    }

    /** XChart tells series apart by name; these are never shown. */
    private XYSeries add(double[] xs, double[] ys) {
        return chart.addSeries("series " + chart.getSeriesMap().size(), xs, ys);
    }

    private static double[] positions(Scaling scaling, List<Double> values) {
        return values.stream().mapToDouble(scaling::position).toArray();
    }
}
