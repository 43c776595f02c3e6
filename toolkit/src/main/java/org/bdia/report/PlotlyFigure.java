package org.bdia.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import org.bdia.io.StrictJson;
import org.bdia.report.Palette.Style;

/** A {@link Figure} in the words of Plotly 2. */
final class PlotlyFigure {
    private static final String INK = "#222222";
    private static final int MARKERS_UP_TO = 30;

    private final Figure figure;
    private final Scaling y;
    private final ArrayNode data = StrictJson.MAPPER.createArrayNode();

    private PlotlyFigure(Figure figure) {
        this.figure = figure;
        this.y = figure.yScaling();
    }

    static String json(Figure figure) {
        return new PlotlyFigure(figure).json();
    }

    private String json() {
        List<Style> styles = Palette.styles(figure.series());
        for (int i = 0; i < styles.size(); i++) {
            add(figure.series().get(i), styles.get(i));
        }
        ObjectNode root = StrictJson.MAPPER.createObjectNode();
        root.set("data", data);
        root.set("layout", PlotlyLayout.of(figure));
        root.putObject("config").put("responsive", true).put("displaylogo", false);
        try {
            return StrictJson.MAPPER.writeValueAsString(root);
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
        if (series instanceof Series.Bars bars) {
            trace.put("type", "bar");
            trace.putObject("marker").put("color", style.hex());
            bars.categories().forEach(trace.putArray("x")::add);
            if (!bars.error().isEmpty()) {
                ObjectNode error = trace.putObject("error_y").put("type", "data");
                error.put("color", INK).put("thickness", 1.5);
                numbers(error.putArray("array"), bars.error());
            }
        } else {
            boolean lines = series instanceof Series.Line;
            boolean markers = !lines || series.x().size() <= MARKERS_UP_TO;
            trace.put("type", "scatter");
            trace.put("mode", lines ? (markers ? "lines+markers" : "lines") : "markers");
            trace.putObject("line")
                    .put("color", style.hex())
                    .put("width", 2)
                    .put("dash", style.dash().plotly());
            trace.putObject("marker")
                    .put("color", style.hex())
                    .put("size", 7)
                    .put("symbol", style.mark().plotly());
            numbers(trace.putArray("x"), series.x());
        }
        List<Series> zeros = figure.zeroSeries();
        int lane = series instanceof Series.Bars ? -1 : zeros.indexOf(series);
        ArrayNode heights = trace.putArray("y");
        series.y().forEach(value -> number(heights, height(value, lane, zeros.size())));
        if (y.zero().isPresent()) {
            numbers(trace.putArray("customdata"), series.y());
            trace.put("hovertemplate", "%{x}: %{customdata:.4g}");
        }
    }

    private ObjectNode trace(Series series) {
        String name = PlotlyLayout.escape(series.name());
        return data.addObject().put("name", name).put("legendgroup", name);
    }

    private void addEdge(Series.Line line, List<Double> edge, Style style, boolean fill) {
        ObjectNode trace = trace(line);
        trace.put("type", "scatter").put("mode", "lines").put("hoverinfo", "skip");
        trace.put("showlegend", false);
        trace.putObject("line").put("width", 0).put("color", style.hex());
        if (fill) {
            trace.put("fill", "tonexty").put("fillcolor", style.rgba(0.18));
        }
        numbers(trace.putArray("x"), line.x());
        ArrayNode heights = trace.putArray("y");
        edge.forEach(value -> number(heights, height(value, 0, 1)));
    }

    /** Plotly takes values, not positions: a zero becomes the value that lies where the strip is. */
    private double height(double value, int lane, int lanes) {
        return value == 0 && y.zero().isPresent()
                ? Math.pow(10, y.position(value, lane, lanes))
                : value;
    }

    private static void numbers(ArrayNode array, List<Double> values) {
        values.forEach(value -> number(array, value));
    }

    /** JSON knows neither NaN nor infinities: Plotly leaves a gap at null. */
    private static void number(ArrayNode array, double value) {
        if (Double.isFinite(value)) {
            array.add(value);
        } else {
            array.addNull();
        }
    }
}
