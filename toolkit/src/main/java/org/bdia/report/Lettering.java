package org.bdia.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.font.FontRenderContext;
import java.awt.font.TextLayout;
import java.awt.geom.AffineTransform;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Text drawn as outlines: a figure looks the same wherever it is opened. */
final class Lettering {
    private static final FontRenderContext CONTEXT = new FontRenderContext(null, true, true);

    private Lettering() {}

    /** Where a text stands to its anchor. */
    enum Anchor {
        LEFT(0),
        CENTRE(0.5),
        RIGHT(1);

        private final double part;

        Anchor(double part) {
            this.part = part;
        }
    }

    static double width(String text, Font font) {
        return text.isEmpty() ? 0 : new TextLayout(text, font, CONTEXT).getAdvance();
    }

    /** Draws a text whose baseline passes through (x, y). */
    static void draw(
            Graphics2D g, String text, Font font, Color color, double x, double y, Anchor anchor) {
        if (!text.isEmpty()) {
            double left = x - anchor.part * width(text, font);
            fill(g, text, font, color, AffineTransform.getTranslateInstance(left, y));
        }
    }

    /** Draws a text that reads upwards, its baseline at x, centred on y. */
    static void drawUpwards(Graphics2D g, String text, Font font, Color color, double x, double y) {
        if (!text.isEmpty()) {
            AffineTransform turn =
                    AffineTransform.getTranslateInstance(x, y + width(text, font) / 2);
            turn.rotate(-Math.PI / 2);
            fill(g, text, font, color, turn);
        }
    }

    private static void fill(
            Graphics2D g, String text, Font font, Color color, AffineTransform to) {
        g.setColor(color);
        g.fill(new TextLayout(text, font, CONTEXT).getOutline(to));
    }

    /** Breaks a text between words into lines of at most so many points. */
    static List<String> wrap(String text, Font font, double points) {
        return wrap(text, line -> width(line, font) <= points);
    }

    /** Breaks a text between words into lines of at most so many characters. */
    static List<String> wrap(String text, int characters) {
        return wrap(text, line -> line.length() <= characters);
    }

    private static List<String> wrap(String text, Predicate<String> fits) {
        List<String> lines = new ArrayList<>();
        String line = "";
        for (String word : text.split(" ", -1)) {
            String longer = line.isEmpty() ? word : line + " " + word;
            if (!line.isEmpty() && !fits.test(longer)) {
                lines.add(line);
                longer = word;
            }
            line = longer;
        }
        lines.add(line);
        return lines;
    }
}
