package org.bdia.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import org.bdia.report.Lettering.Anchor;
import org.knowm.xchart.XYChart;

/**
 * The static drawing of a {@link Figure}, as a chart that XChart's encoders accept.
 *
 * <p>XChart draws the data (see {@link PlotArea}). Title, legend, ticks and caption are set here: XChart has
 * no caption, no ticks of our choice (the line of exact zeros), and a legend on one line only.
 */
final class FigureChart extends XYChart {
    private static final int WIDTH = 720;
    private static final int PLOT_HEIGHT = 320;
    private static final int PADDING = 18;
    private static final int TITLE_LINE = 22;
    private static final int CAPTION_LINE = 15;
    private static final int TICK_LENGTH = 5;
    private static final int LABEL_GAP = 4;

    private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 16);
    private static final Font AXIS = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
    private static final Font TICK = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final Font CAPTION = new Font(Font.SANS_SERIF, Font.PLAIN, 11);

    private static final Color INK = new Color(0x222222);
    private static final Color FRAME = new Color(0x888888);
    private static final Color GRID = new Color(0xE6E6E6);
    private static final Color STRIP = new Color(0xF0F0F0);
    private static final Color CAPTION_INK = new Color(0x666666);
    private static final BasicStroke THIN = new BasicStroke(1);

    private final Figure figure;
    private final Page page;

    /** The parts of the page, top to bottom, and the rectangle that holds the data. */
    private record Page(
            List<String> title,
            FigureLegend legend,
            List<String> caption,
            Scaling x,
            Scaling y,
            Rectangle2D plot,
            int height) {

        static Page of(Figure figure) {
            double room = WIDTH - 2 * PADDING;
            List<String> title = Lettering.wrap(figure.title(), TITLE, room);
            List<String> caption = Lettering.wrap(figure.caption().text(), CAPTION, room);
            FigureLegend legend = FigureLegend.of(figure, room);
            Scaling y = figure.yScaling();
            double labels =
                    y.ticks().stream()
                            .mapToDouble(t -> Lettering.width(t.label(), TICK))
                            .max()
                            .orElse(0);
            int left = PADDING + AXIS.getSize() + 2 * LABEL_GAP;
            left += (int) Math.ceil(labels) + TICK_LENGTH + LABEL_GAP;
            int top = PADDING + TITLE_LINE * title.size() + legend.height();
            Rectangle2D plot =
                    new Rectangle2D.Double(left, top, WIDTH - left - PADDING, PLOT_HEIGHT);
            int below = TICK_LENGTH + LABEL_GAP + TICK.getSize() + 2 * LABEL_GAP;
            below += figure.x().title().isBlank() ? 0 : AXIS.getSize() + 2 * LABEL_GAP;
            int height = top + PLOT_HEIGHT + below + CAPTION_LINE * caption.size() + PADDING;
            return new Page(title, legend, caption, figure.xScaling(), y, plot, height);
        }
    }

    static FigureChart of(Figure figure) {
        return new FigureChart(figure, Page.of(figure));
    }

    private FigureChart(Figure figure, Page page) {
        super(WIDTH, page.height());
        this.figure = figure;
        this.page = page;
    }

    @Override
    public void paint(Graphics2D g, int width, int height) {
        g.setColor(Color.WHITE);
        g.fill(new Rectangle2D.Double(0, 0, width, height));
        double y = PADDING;
        for (String line : page.title()) {
            Lettering.draw(g, line, TITLE, INK, WIDTH / 2.0, y + TITLE.getSize(), Anchor.CENTRE);
            y += TITLE_LINE;
        }
        page.legend().paint(g, WIDTH / 2.0, y);
        paintGrid(g);
        new PlotArea(figure, page.x(), page.y()).paint(g, page.plot());
        paintAxes(g);
        paintTitles(g);
    }

    private void paintGrid(Graphics2D g) {
        Rectangle2D plot = page.plot();
        g.setStroke(THIN);
        page.y().zero().ifPresent(zero -> paintStrip(g, zero));
        g.setColor(GRID);
        for (Scaling.Tick tick : page.y().ticks()) {
            if (page.y().zero().isEmpty() || page.y().zero().getAsDouble() != tick.at()) {
                double y = y(tick.at());
                g.draw(new Line2D.Double(plot.getMinX(), y, plot.getMaxX(), y));
            }
        }
        if (!figure.hasBars()) {
            for (Scaling.Tick tick : page.x().ticks()) {
                double x = x(tick.at());
                g.draw(new Line2D.Double(x, plot.getMinY(), x, plot.getMaxY()));
            }
        }
    }

    private void paintStrip(Graphics2D g, double zero) {
        double half = page.y().laneHeight() * (figure.zeroSeries().size() + 1) / 2;
        double top = y(zero + half);
        Rectangle2D plot = page.plot();
        g.setColor(STRIP);
        g.fill(new Rectangle2D.Double(plot.getMinX(), top, plot.getWidth(), y(zero - half) - top));
    }

    private void paintAxes(Graphics2D g) {
        Rectangle2D plot = page.plot();
        g.setColor(FRAME);
        g.setStroke(THIN);
        g.draw(new Line2D.Double(plot.getMinX(), plot.getMinY(), plot.getMinX(), plot.getMaxY()));
        g.draw(new Line2D.Double(plot.getMinX(), plot.getMaxY(), plot.getMaxX(), plot.getMaxY()));
        for (Scaling.Tick tick : page.y().ticks()) {
            double y = y(tick.at());
            double end = plot.getMinX() - TICK_LENGTH;
            g.setColor(FRAME);
            g.draw(new Line2D.Double(end, y, plot.getMinX(), y));
            double baseline = y + 0.36 * TICK.getSize();
            Lettering.draw(g, tick.label(), TICK, INK, end - LABEL_GAP, baseline, Anchor.RIGHT);
        }
        for (Scaling.Tick tick : page.x().ticks()) {
            double x = x(tick.at());
            double end = plot.getMaxY() + TICK_LENGTH;
            g.setColor(FRAME);
            g.draw(new Line2D.Double(x, plot.getMaxY(), x, end));
            double baseline = end + LABEL_GAP + TICK.getSize() - 2;
            Lettering.draw(g, tick.label(), TICK, INK, x, baseline, Anchor.CENTRE);
        }
        page.y().zero().ifPresent(zero -> paintBreak(g, zero));
    }

    /** Two strokes across the axis: between the line of zeros and the lowest decade it is not to scale. */
    private void paintBreak(Graphics2D g, double zero) {
        double above =
                page.y().ticks().stream()
                        .mapToDouble(Scaling.Tick::at)
                        .filter(t -> t > zero)
                        .min()
                        .orElse(zero);
        double x = page.plot().getMinX();
        double y = (y(zero) + y(above)) / 2;
        g.setColor(Color.WHITE);
        g.fill(new Rectangle2D.Double(x - 2, y - 3, 4, 6));
        g.setColor(FRAME);
        g.draw(new Line2D.Double(x - 5, y - 1, x + 5, y - 5));
        g.draw(new Line2D.Double(x - 5, y + 5, x + 5, y + 1));
    }

    private void paintTitles(Graphics2D g) {
        Rectangle2D plot = page.plot();
        double x = PADDING + AXIS.getSize() - 4;
        Lettering.drawUpwards(g, figure.y().title(), AXIS, INK, x, plot.getCenterY());
        double y = plot.getMaxY() + TICK_LENGTH + LABEL_GAP + TICK.getSize() + 20;
        Lettering.draw(g, figure.x().title(), AXIS, INK, plot.getCenterX(), y, Anchor.CENTRE);
        y = page.height() - PADDING - CAPTION_LINE * (page.caption().size() - 1);
        for (String line : page.caption()) {
            Lettering.draw(g, line, CAPTION, CAPTION_INK, PADDING, y, Anchor.LEFT);
            y += CAPTION_LINE;
        }
    }

    private double x(double at) {
        Scaling x = page.x();
        return page.plot().getMinX()
                + page.plot().getWidth() * (at - x.low()) / (x.high() - x.low());
    }

    private double y(double at) {
        Scaling y = page.y();
        return page.plot().getMaxY()
                - page.plot().getHeight() * (at - y.low()) / (y.high() - y.low());
    }
}
