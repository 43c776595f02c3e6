package org.bdia.report;

import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2D;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.bdia.report.Palette.Style;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A {@link Figure} as PNG, SVG and PDF, without a browser; the same figure has the same bytes. XChart draws everything but the
 * caption under its chart, for which it has no place.
 */
final class StaticFigure extends XYChart {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 400;
    private static final int PLOT_HEIGHT = 300;
    private static final int PADDING = 14;
    private static final int CAPTION_LINE = 15;
    private static final int CAPTION_CHARACTERS = 125;
    private static final int WORDS_CHARACTERS = 80;
    private static final int BAND_ALPHA = 46;
    private static final int MARKERS_UP_TO = 30;

    private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Color INK = new Color(0x222222);
    private static final Color CAPTION_INK = new Color(0x666666);
    private static final Color GRID = new Color(0xE6E6E6);
    private static final Color STRIP = new Color(0xF0F0F0);

    private final transient Chart<?, ?> chart;
    private final transient List<String> caption;

    private StaticFigure(Chart<?, ?> chart, List<String> caption) {
        super(WIDTH, HEIGHT + CAPTION_LINE * caption.size() + PADDING);
        this.chart = chart;
        this.caption = caption;
    }

    private static StaticFigure of(Figure figure) {
        Chart<?, ?> chart = figure.hasBars() ? bars(figure) : curves(figure);
        chart.setTitle(figure.title());
        chart.setXAxisTitle(figure.x().title());
        chart.setYAxisTitle(figure.y().title());
        return new StaticFigure(chart, figure.caption().lines(CAPTION_CHARACTERS));
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        chart.paint(g, WIDTH, HEIGHT);
        g.setColor(CAPTION_INK);
        int y = HEIGHT + CAPTION.getSize();
        for (String line : caption) {
            // Outlines, as XChart's own text: a figure looks the same wherever it is opened.
            TextLayout text = new TextLayout(line, CAPTION, g.getFontRenderContext());
            g.fill(text.getOutline(AffineTransform.getTranslateInstance(PADDING, y)));
            y += CAPTION_LINE;
        }
    }

    private static void style(AxesChartStyler styler, Figure figure) {
        styler.setLocale(Locale.ROOT);
        styler.setChartBackgroundColor(Color.WHITE).setChartFontColor(INK);
        styler.setChartPadding(PADDING).setPlotBorderVisible(false).setMarkerSize(8);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 16));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setLegendPosition(LegendPosition.OutsideE).setLegendBorderColor(Color.WHITE);
        styler.setLegendSeriesLineLength(32).setLegendPadding(8);
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        styler.setPlotGridLinesColor(GRID).setPlotGridLinesStroke(new BasicStroke(1));
        styler.setPlotMargin(0);
        styler.setXAxisLogarithmic(figure.x().scale() == Axis.Scale.LOG && !figure.hasBars());
        boolean log = figure.y().scale() == Axis.Scale.LOG;
        double[] heights =
                figure.series().stream()
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
            low = figure.hasBars() || few || low == high ? floor : low;
            high = few ? 100 * floor : low == high ? 10 * low : high;
        } else if (figure.hasBars()) {
            low = Math.min(0, low);
            high = Math.max(0, high);
        }
        styler.setYAxisMin(low).setYAxisMax(low == high ? low + Math.max(1, Math.abs(low)) : high);
    }

    private static CategoryChart bars(Figure figure) {
        CategoryChart chart = new CategoryChart(WIDTH, HEIGHT);
        style(chart.getStyler(), figure);
        chart.getStyler().setAvailableSpaceFill(0.72).setPlotGridVerticalLinesVisible(false);
        List<String> words = ((Series.Bars) figure.series().get(0)).categories();
        boolean crowded =
                words.stream().anyMatch(w -> w.length() * words.size() > WORDS_CHARACTERS);
        chart.getStyler().setXAxisLabelRotation(crowded ? 30 : 0);
        boolean log = figure.y().scale() == Axis.Scale.LOG;
        List<Style> styles = Palette.styles(figure.series());
        for (Series series : figure.series()) {
            Series.Bars bars = (Series.Bars) series;
            List<Double> heights = new ArrayList<>();
            for (double y : bars.y()) {
                heights.add(Double.isFinite(y) && !(log && y == 0) ? (Double) y : null);
            }
            CategorySeries drawn = chart.addSeries(bars.name(), bars.categories(), heights);
            drawn.setFillColor(styles.get(figure.series().indexOf(series)).color());
        }
        return chart;
    }

    private static XYChart curves(Figure figure) {
        XYChart chart = new XYChart(WIDTH, HEIGHT);
        style(chart.getStyler(), figure);
        Optional<ZeroStrip> strip = ZeroStrip.of(figure);
        strip.ifPresent(zeros -> addStrip(chart, figure, zeros));
        List<Style> styles = Palette.styles(figure.series());
        for (int i = 0; i < styles.size(); i++) {
            if (figure.series().get(i) instanceof Series.Line line && !line.low().isEmpty()) {
                addBand(
                        chart,
                        line,
                        heights(line, line.low(), strip),
                        heights(line, line.high(), strip),
                        styles.get(i));
            }
        }
        for (int i = 0; i < styles.size(); i++) {
            Series series = figure.series().get(i);
            boolean line = series instanceof Series.Line;
            boolean marked = !line || series.x().size() <= MARKERS_UP_TO;
            XYSeries curve =
                    chart.addSeries(
                            series.name(), array(series.x()), heights(series, series.y(), strip));
            curve.setXYSeriesRenderStyle(
                    line ? XYSeriesRenderStyle.Line : XYSeriesRenderStyle.Scatter);
            curve.setLineStyle(styles.get(i).stroke()).setLineColor(styles.get(i).color());
            curve.setMarker(marked ? styles.get(i).mark().marker() : SeriesMarkers.NONE);
            curve.setMarkerColor(styles.get(i).color());
        }
        return chart;
    }

    /** XChart's own logarithmic axis knows no zero: the axis becomes a linear one of decades. */
    private static void addStrip(XYChart chart, Figure figure, ZeroStrip strip) {
        XYStyler styler = chart.getStyler();
        double low = strip.zero() - 1.5 * strip.half();
        styler.setYAxisLogarithmic(false).setYAxisMin(low).setYAxisMax((double) strip.highest());
        styler.setyAxisTickLabelsFormattingFunction(strip::label);
        // One tick a decade.
        styler.setYAxisTickMarkSpacingHint((int) (PLOT_HEIGHT / (strip.highest() - low)));
        double from =
                figure.series().stream().flatMap(s -> s.x().stream()).min(Double::compare).get();
        double to =
                figure.series().stream().flatMap(s -> s.x().stream()).max(Double::compare).get();
        styler.setXAxisMin(from).setXAxisMax(to);
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

    /** Returns a band is a polygon for each stretch in which both edges are finite. */
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

    static byte[] png(Figure figure, int scale) {
        StaticFigure chart = of(figure);
        BufferedImage image =
                new BufferedImage(
                        chart.getWidth() * scale,
                        chart.getHeight() * scale,
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.scale(scale, scale);
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        chart.paint(g, chart.getWidth(), chart.getHeight());
        g.dispose();
        return bytes(out -> ImageIO.write(image, "png", out));
    }

    static byte[] svg(Figure figure) {
        return bytes(
                out ->
                        VectorGraphicsEncoder.saveVectorGraphic(
                                of(figure), out, VectorGraphicsFormat.SVG));
    }

    static byte[] pdf(Figure figure) {
        StaticFigure chart = of(figure);
        return bytes(
                out -> {
                    try (PDDocument document = new PDDocument()) {
                        // PDFBox, and so XChart, would take the file's identifier from the clock.
                        document.setDocumentId((long) figure.plotly().hashCode());
                        PDPage page =
                                new PDPage(new PDRectangle(chart.getWidth(), chart.getHeight()));
                        document.addPage(page);
                        PdfBoxGraphics2D g =
                                new PdfBoxGraphics2D(document, chart.getWidth(), chart.getHeight());
                        chart.paint(g, chart.getWidth(), chart.getHeight());
                        g.dispose();
                        try (PDPageContentStream content =
                                new PDPageContentStream(document, page)) {
                            content.drawForm(g.getXFormObject());
                        }
                        document.save(out);
                    }
                });
    }

    private interface Writing {
        void to(OutputStream out) throws IOException;
    }

    private static byte[] bytes(Writing writing) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            writing.to(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }
}
