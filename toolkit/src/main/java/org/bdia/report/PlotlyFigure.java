package org.bdia.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import org.bdia.io.StrictJson;
import org.bdia.report.Palette.Mark;
import org.bdia.report.Palette.Style;

/** A {@link Figure} in the words of Plotly 2. */
final class PlotlyFigure {
    private static final String INK = "#222222";
    private static final String FRAME = "#888888";
    private static final String GRID = "#E6E6E6";
    private static final String STRIP = "#F0F0F0";
    private static final String CAPTION = "<span style=\"font-size:11px;color:#666666\">";
    private static final int CAPTION_CHARACTERS = 80;
    private static final int TITLE_CHARACTERS = 70;
    private static final int MARKERS_UP_TO = 30;

    private final Figure figure;
    private final Optional<ZeroStrip> strip;
    private final ObjectNode root = StrictJson.MAPPER.createObjectNode();
    private final ArrayNode data = root.putArray("data");

    private PlotlyFigure(Figure figure) {
        this.figure = figure;
        this.strip = ZeroStrip.of(figure);
    }

    static String json(Figure figure) {
        PlotlyFigure plotly = new PlotlyFigure(figure);
        List<Style> styles = Palette.styles(figure.series());
        for (int i = 0; i < styles.size(); i++) {
            plotly.add(figure.drawn().get(i), styles.get(i));
        }
        plotly.addLayout();
        plotly.root.putObject("config").put("responsive", true).put("displaylogo", false);
        try {
            return StrictJson.MAPPER.writeValueAsString(plotly.root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of strings and numbers is always JSON", e);
        }
    }

    private void add(Series series, Style style) {
        if (series instanceof Series.Line line && !line.low().isEmpty()) {
            addEdge(line, line.low(), style, false);
            addEdge(line, line.high(), style, true);
        }
        ObjectNode trace = trace(series);
        ObjectNode marker = trace.putObject("marker").put("color", style.hex());
        if (series instanceof Series.Bars bars) {
            trace.put("type", "bar");
            bars.categories().forEach(trace.putArray("x")::add);
        } else {
            boolean lines = series instanceof Series.Line;
            boolean markers = !lines || series.x().size() <= MARKERS_UP_TO;
            trace.put("type", "scatter");
            trace.put("mode", lines ? (markers ? "lines+markers" : "lines") : "markers");
            trace.putObject("line")
                    .put("color", style.hex())
                    .put("width", 2)
                    .put("dash", style.dash().plotly());
            marker.put("size", style.mark() == Mark.RING ? 15 : 7)
                    .put("symbol", style.mark().plotly());
            series.x().forEach(trace.putArray("x")::add);
        }
        addHeights(trace, series, series.y());
        if (strip.isPresent()) {
            ArrayNode truth = trace.putArray("customdata");
            series.y().forEach(value -> number(truth, value));
            trace.put("hovertemplate", "%{x}: %{customdata:.4g}");
        }
    }

    private ObjectNode trace(Series series) {
        String name = escape(series.name());
        ObjectNode trace = data.addObject().put("name", name).put("legendgroup", name);
        // A click on its name in the legend shows it.
        return figure.hidden().contains(series) ? trace.put("visible", "legendonly") : trace;
    }

    private void addEdge(Series.Line line, List<Double> edge, Style style, boolean fill) {
        ObjectNode trace = trace(line);
        trace.put("type", "scatter").put("mode", "lines").put("hoverinfo", "skip");
        trace.put("showlegend", false);
        trace.putObject("line").put("width", 0).put("color", style.hex());
        if (fill) {
            trace.put("fill", "tonexty").put("fillcolor", style.hex() + "2E");
        }
        line.x().forEach(trace.putArray("x")::add);
        addHeights(trace, line, edge);
    }

    /** Plotly takes values, not decades: a zero becomes the value that lies where the strip is. */
    private void addHeights(ObjectNode trace, Series series, List<Double> values) {
        ArrayNode heights = trace.putArray("y");
        for (double value : values) {
            boolean zero = value == 0 && strip.isPresent();
            number(heights, zero ? Math.pow(10, strip.get().height(series, 0)) : value);
        }
    }

    /** JSON knows neither NaN nor infinities: Plotly leaves a gap at null. */
    private static void number(ArrayNode array, double value) {
        if (Double.isFinite(value)) {
            array.add(value);
        } else {
            array.addNull();
        }
    }

    private void addLayout() {
        ObjectNode layout = root.putObject("layout").put("height", 480);
        layout.put("paper_bgcolor", "#FFFFFF").put("plot_bgcolor", "#FFFFFF");
        layout.putObject("font").put("family", "Helvetica, Arial, sans-serif").put("color", INK);
        String title = String.join("\n", Figure.wrapped(figure.title(), TITLE_CHARACTERS));
        layout.putObject("title").put("text", escape(title).replace("\n", "<br>")).put("x", 0.5);
        layout.put("showlegend", true).put("bargap", 0.28).put("bargroupgap", 0.08);
        layout.putObject("margin").put("l", 70).put("r", 25).put("t", 60);
        // Under the axis's title Plotly makes room for the caption, whatever the ticks need.
        List<String> caption = figure.captionLines(CAPTION_CHARACTERS);
        String below =
                CAPTION + escape(String.join("\n", caption)).replace("\n", "<br>") + "</span>";
        ObjectNode x =
                axis(
                        layout.putObject("xaxis"),
                        figure.x(),
                        escape(figure.x().title()) + "<br>" + below);
        ObjectNode y = axis(layout.putObject("yaxis"), figure.y(), escape(figure.y().title()));
        if (figure.hasBars()) {
            x.put("type", "category").put("showgrid", false);
        } else if (!figure.ticks().isEmpty() && !figure.hasRoundTicks()) {
            x.put("tickmode", "array");
            figure.ticks().keySet().forEach(x.putArray("tickvals")::add);
            figure.ticks().values().forEach(label -> x.withArray("/ticktext").add(escape(label)));
        }
        if (Double.isFinite(figure.y().low())) {
            y.putArray("range").add(figure.y().low()).add(figure.y().high());
        }
        strip.ifPresent(
                zeros -> {
                    addTicks(y, zeros);
                    ObjectNode shape = layout.putArray("shapes").addObject();
                    shape.put("type", "rect").put("layer", "below").put("fillcolor", STRIP);
                    shape.put("xref", "paper").put("x0", 0).put("x1", 1);
                    shape.put("y0", Math.pow(10, zeros.zero() - zeros.half()));
                    shape.put("y1", Math.pow(10, zeros.zero() + zeros.half()));
                    shape.putObject("line").put("width", 0);
                });
    }

    private static ObjectNode axis(ObjectNode node, Axis axis, String title) {
        node.putObject("title").put("text", title).put("standoff", 12);
        node.put("gridcolor", GRID).put("zeroline", false).put("automargin", true);
        node.put("showline", true).put("linecolor", FRAME).put("ticks", "outside");
        boolean log = axis.scale() == Axis.Scale.LOG;
        return node.put("type", log ? "log" : "linear").put("exponentformat", "power");
    }

    /** Plotly has no 0 on a logarithmic axis: the label makes it one. */
    private static void addTicks(ObjectNode axis, ZeroStrip strip) {
        axis.put("tickmode", "array");
        ArrayNode values = axis.putArray("tickvals").add(Math.pow(10, strip.zero()));
        ArrayNode labels = axis.putArray("ticktext").add(strip.label(strip.zero()));
        int step = 1 + (strip.highest() - strip.lowest()) / 8;
        for (int decade = strip.lowest(); decade <= strip.highest(); decade += step) {
            values.add(Math.pow(10, decade));
            labels.add(strip.label(decade));
        }
    }

    /** Plotly reads a few HTML tags in every text; data must not become mark-up. */
    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
