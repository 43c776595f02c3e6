package org.bdia.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Ellipse2D;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * One colour per method in every figure, from the palette that Okabe and Ito made for colour-blind readers.
 *
 * <p>A variant ({@code standard+dropout0.1}, {@code bdia γ = 0.25}) has its method's colour, every second one of a figure in a
 * lighter tint; the first six series of a figure also differ in dashes and marker, so that figures survive a grey printer, and
 * so do six of one colour.
 *
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito, Color universal design, 2008</a>
 */
final class Palette {
    private static final Map<String, Color> METHODS =
            Map.of(
                    "standard", new Color(0x000000),
                    "quantised", new Color(0xCC79A7),
                    "bdia", new Color(0x0072B2),
                    "bdia-float", new Color(0xE69F00),
                    "revnet", new Color(0x009E73),
                    "midpoint", new Color(0xD55E00));

    private static final List<Color> OTHERS =
            List.of(
                    new Color(0x56B4E9),
                    new Color(0x009E73),
                    new Color(0xCC79A7),
                    new Color(0x0072B2),
                    new Color(0xE69F00),
                    new Color(0xD55E00));

    private static final Pattern WORD = Pattern.compile("[a-z-]+");

    private Palette() {}

    /** The shape of a marker. */
    enum Mark {
        CIRCLE("circle"),
        SQUARE("square"),
        TRIANGLE("triangle-up"),
        DIAMOND("diamond"),
        CROSS("x"),
        TRIANGLE_DOWN("triangle-down"),
        /** Around the marks of the others. */
        RING("circle-open");

        private final String plotly;

        Mark(String plotly) {
            this.plotly = plotly;
        }

        String plotly() {
            return plotly;
        }

        Marker marker() {
            return switch (this) {
                case CIRCLE -> SeriesMarkers.CIRCLE;
                case SQUARE -> SeriesMarkers.SQUARE;
                case TRIANGLE -> SeriesMarkers.TRIANGLE_UP;
                case DIAMOND -> SeriesMarkers.DIAMOND;
                case CROSS -> SeriesMarkers.CROSS;
                case TRIANGLE_DOWN -> SeriesMarkers.TRIANGLE_DOWN;
                case RING -> new Ring();
            };
        }
    }

    /** A circle of twice the size of other markers. */
    private static final class Ring extends Marker {
        @Override
        public void paint(Graphics2D g, double x, double y, int size) {
            g.setStroke(new BasicStroke(1.5f));
            g.draw(new Ellipse2D.Double(x - size, y - size, 2 * size, 2 * size));
        }
    }

    /** The dashes of a line. */
    enum Dash {
        SOLID,
        DASH,
        DOT,
        DASHDOT,
        LONGDASH,
        LONGDASHDOT;

        String plotly() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns strokes and gaps in pixels, null for none, as java.awt wants it. */
        float[] pattern() {
            return switch (this) {
                case SOLID -> null;
                case DASH -> new float[] {8, 5};
                case DOT -> new float[] {2, 4};
                case DASHDOT -> new float[] {8, 4, 2, 4};
                case LONGDASH -> new float[] {16, 5};
                case LONGDASHDOT -> new float[] {16, 4, 2, 4};
            };
        }
    }

    /** The looks of one series. */
    record Style(Color color, Dash dash, Mark mark) {
        BasicStroke stroke() {
            return new BasicStroke(
                    2.2f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dash.pattern(), 0);
        }

        String hex() {
            return String.format(Locale.ROOT, "#%06X", color.getRGB() & 0xFFFFFF);
        }
    }

    /** Returns the styles of a figure's series, in their order; points among lines ring some points of these. */
    static List<Style> styles(List<Series> series) {
        Map<String, Color> others = new HashMap<>();
        List<Style> styles = new ArrayList<>();
        List<Color> bases = new ArrayList<>();
        boolean lines = series.stream().anyMatch(Series.Line.class::isInstance);
        for (Series one : series) {
            if (lines && one instanceof Series.Points) {
                bases.add(Color.BLACK);
                styles.add(new Style(Color.BLACK, Dash.SOLID, Mark.RING));
                continue;
            }
            Color color = method(one.name());
            if (color == null) {
                // what stands in brackets is a variant here too
                String kind = one.name().replaceFirst(" \\(.*", "");
                Color next = OTHERS.get(others.size() % OTHERS.size());
                color = others.computeIfAbsent(kind, k -> next);
            }
            long before = bases.stream().filter(color::equals).count();
            bases.add(color);
            styles.add(unused(before % 2 == 0 ? color : lighter(color), styles));
        }
        return styles;
    }

    private static Style unused(Color color, List<Style> used) {
        int looks = Dash.values().length;
        List<Style> candidates =
                IntStream.range(used.size(), used.size() + looks)
                        .map(i -> i % looks)
                        .mapToObj(i -> new Style(color, Dash.values()[i], Mark.values()[i]))
                        .toList();
        return candidates.stream()
                .filter(style -> !used.contains(style))
                .findFirst()
                .orElse(candidates.get(0));
    }

    private static Color lighter(Color color) {
        return new Color(
                lighter(color.getRed()), lighter(color.getGreen()), lighter(color.getBlue()));
    }

    private static int lighter(int part) {
        return part + (int) Math.round(0.45 * (255 - part));
    }

    private static Color method(String name) {
        Matcher word = WORD.matcher(name.toLowerCase(Locale.ROOT));
        return word.lookingAt() ? METHODS.get(word.group()) : null;
    }
}
