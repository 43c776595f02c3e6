package org.bdia.notebook;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Locale;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.bdia.report.Figure;
import org.bdia.report.Html;

/**
 * A figure as interactive HTML that needs no network.
 *
 * <p>The first figure of a kernel session carries plotly.js, all of it. It weighs 10.8 MB; a Jupyter server
 * drops outputs beyond 1 MB/s over 3 s, so it travels without indentation and comment lines, gzipped, in
 * base64: 2.6 MB. The browser unpacks it and runs it where AMD loaders (require.js) cannot catch it.
 *
 * <p>Until then, and where scripts do not run (an untrusted notebook, an old browser, the first figure's cell
 * run again and the notebook reopened), the figure is the PNG that the script would have replaced; {@link Notebook#init} lets the next
 * figure carry plotly.js again.
 */
final class PlotlyHtml {
    private static final String RESOURCE =
            "/META-INF/resources/webjars/plotly.js-dist/2.35.3/plotly.js";

    private PlotlyHtml() {}

    /** Whether the HTML contains plotly.js. */
    enum Script {
        /** It does, as the page's first figure. */
        INLINE,

        /** It does not: an earlier figure of the page has loaded it. */
        LOADED
    }

    static String of(Figure figure, Script script) {
        String json = figure.plotly().replace("<", "\\u003c").replace(">", "\\u003e");
        String html =
                String.format(
                        Locale.ROOT,
                        """
                        <div id="%1$s"><img alt="%2$s" style="max-width:100%%" src="data:image/png;base64,%3$s"></div>
                        <script>(function () {
                          var figure = %4$s;
                          (function draw(tries) {
                            var place = document.getElementById("%1$s");
                            if (window.Plotly && place) {
                              place.textContent = "";
                              Plotly.newPlot(place, figure.data, figure.layout, figure.config);
                            } else if (tries > 0) {
                              setTimeout(draw, 100, tries - 1);
                            }
                          })(300);
                        })();</script>
                        """,
                        "figure-" + UUID.randomUUID(),
                        Html.escape(figure.title()),
                        Base64.getEncoder().encodeToString(figure.png(1)),
                        json);
        return script == Script.INLINE ? loader() + html : html;
    }

    /** Returns a user's figure as HTML that needs no network, no wider than its cell; it has no PNG to stand in for it. */
    static String of(TablesawFigure figure, Script script) {
        String place = "figure" + UUID.randomUUID().toString().replace("-", "");
        String html =
                String.format(
                        Locale.ROOT,
                        """
                <div id="%1$s">An interactive figure: to see it, run Notebook.init(&quot;name&quot;) and then this cell.</div>
                <script>(function draw(tries) {
                  var place = document.getElementById("%1$s");
                  if (window.Plotly && place) {
                    place.textContent = "";
                    %2$s
                    var widest = place.layout.width;
                    new ResizeObserver(function () {
                      var width = Math.min(widest, place.clientWidth);
                      if (width > 0 && width !== place.layout.width) Plotly.relayout(place, {width: width});
                    }).observe(place);
                  } else if (tries > 0) {
                    setTimeout(draw, 100, tries - 1);
                  }
                })(300);</script>
                """,
                        place,
                        figure.script(place));
        return script == Script.INLINE ? loader() + html : html;
    }

    private static String loader() {
        return String.format(
                Locale.ROOT,
                """
                <script>(function () {
                  if (window.Plotly || window.bdiaPlotly || !window.DecompressionStream) return;
                  window.bdiaPlotly = true;
                  var bytes = Uint8Array.from(atob("%s"), function (c) { return c.charCodeAt(0); });
                  var source = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
                  new Response(source).text().then(function (text) {
                    new Function("define", "module", "exports", text).call(window);
                  });
                })();</script>
                """,
                packedPlotly());
    }

    private static String packedPlotly() {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (InputStream in = PlotlyHtml.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw new IllegalStateException(
                        "the class path lacks "
                                + RESOURCE
                                + "; add the artifact org.webjars.npm:plotly.js-dist:2.35.3");
            }
            var lines =
                    new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8)).lines();
            try (OutputStream out = new GZIPOutputStream(packed)) {
                for (String line : (Iterable<String>) lines::iterator) {
                    String code = line.stripLeading();
                    if (!code.startsWith("//")) {
                        out.write((code + "\n").getBytes(StandardCharsets.UTF_8));
                    }
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Base64.getEncoder().encodeToString(packed.toByteArray());
    }
}
