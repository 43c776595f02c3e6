package org.bdia.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.Font;
import java.util.List;

/** Titles, axes, legend and caption of a {@link Figure} in the words of Plotly 2. */
final class PlotlyLayout {
    private static final String INK = "#222222";
    private static final String FRAME = "#888888";
    private static final String GRID = "#E6E6E6";
    private static final String STRIP = "#F0F0F0";
    private static final String CAPTION_INK = "#666666";
    private static final int HEIGHT = 480;
    private static final int CAPTION_CHARACTERS = 105;
    private static final int CAPTION_LINE = 15;
    private static final int TITLE = 70;
    private static final int LEGEND_ROW = 20;

    // Points of a narrow page: what fits there fits wherever a figure is looked at.
    private static final int LEGEND_ROOM = 700;
    private static final int CATEGORY_ROOM = 520;
    private static final Font CATEGORY_FONT = new Font(Font.SANS_SERIF, Font.PLAIN, 12);
    private static final int CATEGORY_ANGLE = 40;

    private PlotlyLayout() {}

    static ObjectNode of(Figure figure) {
        ObjectNode layout = JsonNodeFactory.instance.objectNode();
        List<String> caption = Lettering.wrap(figure.caption().text(), CAPTION_CHARACTERS);
        int captionHeight = CAPTION_LINE * caption.size();
        int legendHeight = LEGEND_ROW * FigureLegend.of(figure, LEGEND_ROOM).rowCount();
        int slanted = slantedHeight(figure);
        layout.put("height", HEIGHT - LEGEND_ROW + legendHeight + captionHeight + slanted);
        layout.put("paper_bgcolor", "#FFFFFF").put("plot_bgcolor", "#FFFFFF");
        layout.putObject("font").put("family", "Helvetica, Arial, sans-serif").put("color", INK);
        ObjectNode title = layout.putObject("title").put("text", escape(figure.title()));
        title.put("x", 0.5).put("yref", "container").put("y", 1).put("yanchor", "top");
        title.putObject("pad").put("t", 18);
        ObjectNode legend = layout.putObject("legend").put("orientation", "h");
        legend.put("x", 0.5).put("xanchor", "center").put("y", 1.02).put("yanchor", "bottom");
        layout.put("showlegend", true).put("bargap", 0.28).put("bargroupgap", 0.08);
        ObjectNode margin = layout.putObject("margin").put("l", 70).put("r", 25);
        margin.put("t", TITLE + legendHeight).put("b", 80 + captionHeight + slanted);
        Scaling y = figure.yScaling();
        ObjectNode x = axis(figure.x(), figure.xScaling(), figure.hasBars());
        if (figure.hasBars()) {
            x.put("tickangle", slanted > 0 ? CATEGORY_ANGLE : 0);
        }
        layout.set("xaxis", x);
        layout.set("yaxis", axis(figure.y(), y, false));
        if (y.zero().isPresent()) {
            double half = y.laneHeight() * (figure.zeroSeries().size() + 1) / 2;
            addStrip(layout, y.zero().getAsDouble() - half, y.zero().getAsDouble() + half);
        }
        addCaption(layout, caption, slanted);
        return layout;
    }

    /** What the words under bars need below their line: slanted where they do not fit side by side, else nothing. */
    private static int slantedHeight(Figure figure) {
        List<String> words =
                figure.series().stream()
                        .filter(Series.Bars.class::isInstance)
                        .flatMap(bars -> ((Series.Bars) bars).categories().stream())
                        .distinct()
                        .toList();
        double widest =
                words.stream()
                        .mapToDouble(word -> Lettering.width(word, CATEGORY_FONT))
                        .max()
                        .orElse(0);
        boolean fits = widest * words.size() <= CATEGORY_ROOM;
        return fits ? 0 : (int) Math.ceil(widest * Math.sin(Math.toRadians(CATEGORY_ANGLE)));
    }

    /** Plotly reads a few HTML tags in every text; data must not become mark-up. */
    static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }

    private static ObjectNode axis(Axis axis, Scaling scaling, boolean categories) {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.putObject("title").put("text", escape(axis.title())).put("standoff", 12);
        node.put("gridcolor", GRID).put("zeroline", false).put("automargin", true);
        node.put("showline", true).put("linecolor", FRAME).put("ticks", "outside");
        if (categories) {
            return node.put("type", "category").put("showgrid", false);
        }
        node.put("type", scaling.log() ? "log" : "linear");
        if (scaling.log()) {
            node.put("exponentformat", "power");
        }
        if (scaling.fixed()) {
            addTicks(node, scaling);
        }
        node.putArray("range").add(scaling.low()).add(scaling.high());
        return node;
    }

    /** Plotly takes ticks as values, and has no 0 on a logarithmic axis: the label makes it one. */
    private static void addTicks(ObjectNode axis, Scaling scaling) {
        axis.put("tickmode", "array");
        ArrayNode values = axis.putArray("tickvals");
        ArrayNode labels = axis.putArray("ticktext");
        for (Scaling.Tick tick : scaling.ticks()) {
            values.add(scaling.log() ? Math.pow(10, tick.at()) : tick.at());
            labels.add(escape(tick.label()));
        }
    }

    private static void addStrip(ObjectNode layout, double from, double to) {
        ObjectNode strip = layout.putArray("shapes").addObject();
        strip.put("type", "rect").put("layer", "below").put("fillcolor", STRIP);
        strip.put("xref", "paper").put("x0", 0).put("x1", 1);
        strip.put("y0", Math.pow(10, from)).put("y1", Math.pow(10, to));
        strip.putObject("line").put("width", 0);
    }

    private static void addCaption(ObjectNode layout, List<String> lines, int slanted) {
        ObjectNode note = layout.putArray("annotations").addObject();
        note.put("text", escape(String.join("\n", lines)).replace("\n", "<br>"));
        note.put("showarrow", false).put("align", "left");
        note.put("xref", "paper").put("x", 0).put("xanchor", "left");
        note.put("yref", "paper").put("y", 0).put("yanchor", "top").put("yshift", -58 - slanted);
        note.putObject("font").put("size", 11).put("color", CAPTION_INK);
    }
}
