package org.bdia.notebook;

import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.bdia.report.Figure;
import org.bdia.report.ImageGrid;
import org.bdia.report.Tables;
import org.bdia.report.Tabular;
import tech.tablesaw.api.Table;

/**
 * One value in every form that a front end may ask for, by MIME type.
 *
 * @param data the forms; {@code image/png} is base64, {@code text/plain} is always there
 */
record MimeBundle(Map<String, String> data) {
    private static final int PNG_SCALE = 2;

    /** Copies the map, in its order. */
    MimeBundle {
        data = new LinkedHashMap<>(data);
        if (!data.containsKey("text/plain")) {
            throw new IllegalArgumentException(
                    "a bundle needs text/plain for front ends that show nothing else, has "
                            + data.keySet());
        }
    }

    /** Returns a value's forms for a standalone page: a figure's HTML contains plotly.js. */
    static MimeBundle of(Object value) {
        return of(value, PlotlyHtml.Script.INLINE);
    }

    /**
     * Returns a value's forms. A figure is interactive HTML, PNG and text, one of tablesaw-jsplot HTML and text; images are PNG
     * and text; a table, Tablesaw's or that of a result, HTML, Markdown and text; anything else text.
     *
     * @param script whether a figure's HTML carries plotly.js, see {@link PlotlyHtml}
     */
    static MimeBundle of(Object value, PlotlyHtml.Script script) {
        if (value instanceof MimeBundle bundle) {
            return bundle;
        }
        Map<String, String> data = new LinkedHashMap<>();
        if (value instanceof Figure figure) {
            data.put("text/html", PlotlyHtml.of(figure, script));
            data.put("image/png", Base64.getEncoder().encodeToString(figure.png(PNG_SCALE)));
            data.put("text/plain", figure.title() + " (" + figure.caption().text() + ")");
        } else if (value instanceof ImageGrid images) {
            data.put("image/png", Base64.getEncoder().encodeToString(images.png()));
            data.put("text/plain", images.toString());
        } else if (TablesawFigure.is(value)) {
            data.put("text/html", PlotlyHtml.of(new TablesawFigure(value), script));
            data.put("text/plain", "Plotly figure of Tablesaw, shown as HTML only");
        } else if (value instanceof Tabular result) {
            return of(result.table(), script);
        } else if (value instanceof Table table) {
            data.put("text/html", Tables.html(table));
            data.put("text/markdown", Tables.markdown(table));
            data.put("text/plain", Tables.text(table));
        } else if (value != null && value.getClass().isArray()) {
            data.put("text/plain", ArrayText.of(value));
        } else {
            data.put("text/plain", String.valueOf(value));
        }
        return new MimeBundle(data);
    }

    /** Returns a figure as a static image, and its lines' last values as text. */
    static MimeBundle image(Figure figure) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("image/png", Base64.getEncoder().encodeToString(figure.png(1)));
        data.put(
                "text/plain",
                figure.series().stream()
                        .map(
                                one ->
                                        String.format(
                                                Locale.ROOT,
                                                "%s %.4f",
                                                one.name(),
                                                one.y().get(one.y().size() - 1)))
                        .collect(Collectors.joining(" · ", figure.title() + ": ", "")));
        return new MimeBundle(data);
    }

    /** Returns whether a value's HTML needs plotly.js. */
    static boolean needsPlotly(Object value) {
        return value instanceof Figure || TablesawFigure.is(value);
    }

    /** Returns HTML with its plain-text form. */
    static MimeBundle html(String html, String text) {
        Map<String, String> data = new LinkedHashMap<>();
        data.put("text/html", html);
        data.put("text/plain", text);
        return new MimeBundle(data);
    }

    /** Returns the plain-text form. */
    String text() {
        return data.get("text/plain");
    }
}
