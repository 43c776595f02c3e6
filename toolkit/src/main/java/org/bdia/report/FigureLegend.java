package org.bdia.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.util.ArrayList;
import java.util.List;
import org.bdia.report.Lettering.Anchor;
import org.bdia.report.Palette.Style;

/** A static figure's legend: rows of samples and names above the plot, where they cover no data. */
final class FigureLegend {
    private static final Font FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
    private static final Color INK = new Color(0x222222);
    private static final int ROW = 22;
    private static final int SAMPLE = 32;
    private static final int NAME_GAP = 7;
    private static final int ENTRY_GAP = 24;

    private final List<List<Entry>> rows;

    private record Entry(Series series, Style style) {
        double width() {
            return SAMPLE + NAME_GAP + Lettering.width(series.name(), FONT);
        }
    }

    private FigureLegend(List<List<Entry>> rows) {
        this.rows = rows;
    }

    static FigureLegend of(Figure figure, double room) {
        List<Style> styles = Palette.styles(figure.series());
        List<List<Entry>> rows = new ArrayList<>();
        for (int i = 0; i < styles.size(); i++) {
            Entry entry = new Entry(figure.series().get(i), styles.get(i));
            List<Entry> last = rows.isEmpty() ? List.of() : rows.get(rows.size() - 1);
            if (last.isEmpty() || width(last) + ENTRY_GAP + entry.width() > room) {
                rows.add(new ArrayList<>(List.of(entry)));
            } else {
                last.add(entry);
            }
        }
        return new FigureLegend(rows);
    }

    int rowCount() {
        return rows.size();
    }

    int height() {
        return ROW * rows.size() + ROW / 2;
    }

    /** Draws the rows, centred on x, from y downwards. */
    void paint(Graphics2D g, double x, double y) {
        double middle = y + ROW / 2.0;
        for (List<Entry> row : rows) {
            double at = x - width(row) / 2;
            for (Entry entry : row) {
                paint(g, entry, at, middle);
                at += entry.width() + ENTRY_GAP;
            }
            middle += ROW;
        }
    }

    private static double width(List<Entry> row) {
        return row.stream().mapToDouble(Entry::width).sum() + ENTRY_GAP * (row.size() - 1);
    }

    private static void paint(Graphics2D g, Entry entry, double x, double middle) {
        Style style = entry.style();
        if (entry.series() instanceof Series.Line line && !line.low().isEmpty()) {
            g.setColor(PlotArea.translucent(style.color()));
            g.fill(new Rectangle2D.Double(x, middle - 7, SAMPLE, 14));
        }
        g.setColor(style.color());
        if (entry.series() instanceof Series.Bars) {
            g.fill(new Rectangle2D.Double(x + SAMPLE - 14, middle - 6, 14, 12));
        } else {
            if (entry.series() instanceof Series.Line) {
                g.setStroke(PlotArea.stroke(style));
                g.draw(new Line2D.Double(x, middle, x + SAMPLE, middle));
            }
            if (PlotArea.hasMarkers(entry.series())) {
                PlotArea.marker(style).paint(g, x + SAMPLE / 2.0, middle, PlotArea.MARKER_SIZE);
            }
        }
        double baseline = middle + 0.36 * FONT.getSize();
        Lettering.draw(
                g, entry.series().name(), FONT, INK, x + SAMPLE + NAME_GAP, baseline, Anchor.LEFT);
    }
}
