package org.bdia.report;

import de.rototor.pdfbox.graphics2d.PdfBoxGraphics2D;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.List;
import javax.imageio.ImageIO;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.internal.chartpart.Chart;

/**
 * A {@link Figure} as PNG, SVG and PDF, without a browser; the same figure has the same bytes. XChart draws axes, areas and
 * legend; lines are drawn by {@link Plot#drawLines}; title and caption, which XChart does not break into lines, are drawn here, and so
 * are ticks at chosen positions.
 */
final class StaticFigure extends XYChart {
    private static final int WIDTH = 800;
    private static final int HEIGHT = 400;
    private static final int PADDING = 14;
    private static final int CAPTION_LINE = 15;
    private static final int CAPTION_CHARACTERS = 125;

    private static final int TITLE_LINE = 21;
    private static final int TITLE_GAP = 6;
    private static final int TITLE_CHARACTERS = 80;
    private static final int TICK = 5;

    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font TICKS = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
    private static final Color INK = new Color(0x222222);
    private static final Color FRAME = new Color(0x888888);
    private static final Color CAPTION_INK = new Color(0x666666);

    private final transient Chart<?, ?> chart;
    private final transient Figure figure;
    private final transient List<String> title;
    private final transient List<String> caption;

    private StaticFigure(
            Figure figure, Chart<?, ?> chart, List<String> title, List<String> caption) {
        super(
                WIDTH,
                TITLE_LINE * title.size()
                        + TITLE_GAP
                        + chart.getHeight()
                        + CAPTION_LINE * caption.size()
                        + 2 * PADDING);
        this.chart = chart;
        this.figure = figure;
        this.title = title;
        this.caption = caption;
    }

    private static StaticFigure of(Figure figure) {
        return new StaticFigure(
                figure,
                Plot.of(figure, WIDTH, HEIGHT),
                Figure.wrapped(figure.title(), TITLE_CHARACTERS),
                figure.captionLines(CAPTION_CHARACTERS));
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, width, height);
        g.setColor(INK);
        int y = PADDING;
        for (String line : title) {
            y += TITLE_LINE;
            TextLayout text = new TextLayout(line, TITLE, g.getFontRenderContext());
            draw(g, text, (WIDTH - text.getAdvance()) / 2, y);
        }
        y += TITLE_GAP;
        g.translate(0, y);
        chart.paint(g, WIDTH, chart.getHeight());
        drawCurves(g);
        g.setColor(CAPTION_INK);
        for (int i = 0; i < caption.size(); i++) {
            TextLayout text = new TextLayout(caption.get(i), CAPTION, g.getFontRenderContext());
            draw(g, text, PADDING, chart.getHeight() + CAPTION.getSize() + CAPTION_LINE * i);
        }
        g.translate(0, -y);
    }

    /** Draws outlines, as XChart does: a figure looks the same wherever it is opened. */
    private static void draw(Graphics2D g, TextLayout text, float x, float y) {
        g.fill(text.getOutline(AffineTransform.getTranslateInstance(x, y)));
    }

    private void drawCurves(Graphics2D g) {
        if (!(chart instanceof XYChart plot)) {
            return;
        }
        // XChart leaves the same room within the plot at either end of an axis.
        double room = (1 / plot.getStyler().getPlotContentSize() - 1) / 2;
        double low = plot.getScreenYFromChart(plot.getStyler().getYAxisMin());
        double high = plot.getScreenYFromChart(plot.getStyler().getYAxisMax());
        double left = plot.getScreenXFromChart(plot.getStyler().getXAxisMin());
        double right = plot.getScreenXFromChart(plot.getStyler().getXAxisMax());
        Rectangle2D area =
                new Rectangle2D.Double(
                        left - room * (right - left),
                        high - room * (low - high),
                        (1 + 2 * room) * (right - left),
                        (1 + 2 * room) * (low - high));
        Plot.drawLines(g, figure, plot, area);
        if (!figure.ticks().isEmpty()) {
            drawTicks(g, plot, area);
        }
    }

    private void drawTicks(Graphics2D g, XYChart plot, Rectangle2D area) {
        double bottom = area.getMaxY();
        g.setStroke(new BasicStroke(1));
        g.setColor(FRAME);
        g.draw(new Line2D.Double(area.getMinX(), bottom, area.getMaxX(), bottom));
        g.setColor(INK);
        figure.ticks()
                .forEach(
                        (at, label) -> {
                            float x = (float) plot.getScreenXFromChart(at);
                            g.draw(new Line2D.Double(x, bottom, x, bottom + TICK));
                            TextLayout text =
                                    new TextLayout(label, TICKS, g.getFontRenderContext());
                            float below = (float) bottom + TICK + 1.15f * TICKS.getSize();
                            draw(g, text, x - text.getAdvance() / 2, below);
                        });
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
