package org.bdia.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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

    private PlotlyLayout() {}

    static ObjectNode of(Figure figure) {
        ObjectNode layout = JsonNodeFactory.instance.objectNode();
        List<String> caption = Lettering.wrap(figure.caption().text(), CAPTION_CHARACTERS);
        int captionHeight = CAPTION_LINE * caption.size();
        layout.put("height", HEIGHT + captionHeight);
        layout.put("paper_bgcolor", "#FFFFFF").put("plot_bgcolor", "#FFFFFF");
        layout.putObject("font").put("family", "Helvetica, Arial, sans-serif").put("color", INK);
        layout.putObject("title").put("text", escape(figure.title())).put("x", 0.5);
        ObjectNode legend = layout.putObject("legend").put("orientation", "h");
        legend.put("x", 0.5).put("xanchor", "center").put("y", 1.02).put("yanchor", "bottom");
        layout.put("showlegend", true).put("bargap", 0.28).put("bargroupgap", 0.08);
        ObjectNode margin = layout.putObject("margin").put("l", 70).put("r", 25);
        margin.put("t", 90).put("b", 80 + captionHeight);
        Scaling y = figure.yScaling();
        layout.set("xaxis", axis(figure.x(), figure.xScaling(), figure.hasBars()));
        layout.set("yaxis", axis(figure.y(), y, false));
        if (y.zero().isPresent()) {
            double half = y.laneHeight() * (figure.zeroSeries().size() + 1) / 2;
            addStrip(layout, y.zero().getAsDouble() - half, y.zero().getAsDouble() + half);
        }
        addCaption(layout, caption);
        return layout;
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

    private static void addCaption(ObjectNode layout, List<String> lines) {
        ObjectNode note = layout.putArray("annotations").addObject();
        note.put("text", escape(String.join("\n", lines)).replace("\n", "<br>"));
        note.put("showarrow", false).put("align", "left");
        note.put("xref", "paper").put("x", 0).put("xanchor", "left");
        note.put("yref", "paper").put("y", 0).put("yanchor", "top").put("yshift", -58);
        note.putObject("font").put("size", 11).put("color", CAPTION_INK);
    }
}
