package org.bdia.notebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.bdia.report.ImageGrid;
import org.bdia.report.Samples;
import org.bdia.report.Tabular;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class MimeBundleTest {
    private static final String NASTY = "<b>\"a\" & </script><script>alert(1)</script>";

    @Test
    void aFigureIsHtmlPngAndText() {
        MimeBundle bundle = loaded("errors");
        assertThat(bundle.data()).containsOnlyKeys("text/html", "image/png", "text/plain");
        assertThat(Base64.getDecoder().decode(bundle.data().get("image/png")))
                .startsWith(0x89, 'P', 'N', 'G');
        assertThat(bundle.text()).contains("errors").contains("CIFAR-10");
        assertThat(bundle.data().get("text/html")).contains("src=\"data:image/png;base64,iVBOR");
    }

    @Test
    void itsHtmlNeedsNoNetwork() {
        MimeBundle whole = MimeBundle.of(Samples.exactness("errors"));
        assertThat(whole.data().get("text/html")).doesNotContain("http://", "https://", " src=\"/");
    }

    @Test
    void itsHtmlCarriesPlotlySmallEnoughForAJupyterServer() throws IOException {
        String html = MimeBundle.of(Samples.exactness("errors")).data().get("text/html");
        assertThat(html.length()).isLessThan(2_900_000);
        Matcher packed = Pattern.compile("atob\\(\"([^\"]+)\"\\)").matcher(html);
        assertThat(packed.find()).isTrue();
        byte[] bytes = Base64.getDecoder().decode(packed.group(1));
        try (var in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
                    .contains("plotly.js v2.35.3", "MIT license", "newPlot");
        }
        assertThat(loaded("errors").data().get("text/html").length()).isLessThan(200_000);
    }

    @Test
    void itsDataCannotEndTheScript() throws IOException {
        String html = loaded(NASTY).data().get("text/html");
        assertThat(html.split("</script>", -1)).hasSize(2);
        assertThat(html).doesNotContain("<b>").doesNotContain("<script>alert");
        Matcher figure = Pattern.compile("var figure = (.*);").matcher(html);
        assertThat(figure.find()).isTrue();
        JsonNode json = new ObjectMapper().readTree(figure.group(1));
        assertThat(json.at("/layout/title/text").asText()).startsWith("&lt;b&gt;\"a\" &amp;");
    }

    @Test
    void twoFiguresDoNotShareAPlace() {
        assertThat(loaded("errors").data().get("text/html"))
                .isNotEqualTo(loaded("errors").data().get("text/html"));
    }

    @Test
    void aTableIsHtmlMarkdownAndText() {
        Table table = Table.create("losses", StringColumn.create("method", NASTY));
        MimeBundle bundle = MimeBundle.of(table);
        assertThat(bundle.data()).containsOnlyKeys("text/html", "text/markdown", "text/plain");
        assertThat(bundle.data().get("text/html")).doesNotContain("<script>", "<b>");
        assertThat(bundle.text()).contains("losses");
    }

    @Test
    void imagesArePngAndText() {
        var image = new ImageGrid.Labelled("cat", 1, new byte[3]);
        MimeBundle bundle = MimeBundle.of(new ImageGrid("own images", List.of(image)));
        assertThat(bundle.data()).containsOnlyKeys("image/png", "text/plain");
        assertThat(Base64.getDecoder().decode(bundle.data().get("image/png")))
                .startsWith(0x89, 'P', 'N', 'G');
        assertThat(bundle.text()).isEqualTo("own images: cat");
    }

    @Test
    void aFigureOfTablesawIsHtmlThatNeedsNoNetwork() {
        var figure = new tech.tablesaw.plotly.components.Figure();
        var bundle = MimeBundle.of(figure, PlotlyHtml.Script.LOADED);
        assertThat(bundle.data()).containsOnlyKeys("text/html", "text/plain");
        var html = bundle.data().get("text/html");
        assertThat(html)
                .contains("window.Plotly", "Plotly.newPlot(target_figure", "a <\\/script> in")
                .as("no wider than its cell")
                .containsSubsequence(
                        "Plotly.newPlot(",
                        "ResizeObserver",
                        "place.clientWidth",
                        "Plotly.relayout(")
                .doesNotContain("http://", "https://");
        assertThat(html.split("</script>", -1)).hasSize(2);
        assertThat(MimeBundle.of(figure).data().get("text/html")).contains("DecompressionStream");
    }

    @Test
    void aResultIsItsTable() {
        Tabular result = () -> Table.create("losses", StringColumn.create("method", "bdia"));
        assertThat(MimeBundle.of(result).data()).isEqualTo(MimeBundle.of(result.table()).data());
    }

    @Test
    void anArrayIsWrittenAsInJavaAndCutWhereItIsLong() {
        assertThat(MimeBundle.of(new int[] {1, 2}).text()).isEqualTo("int[]{1, 2}");
        assertThat(MimeBundle.of(new String[] {"a", null}).text())
                .isEqualTo("String[]{\"a\", null}");
        assertThat(MimeBundle.of(new double[][] {{1.5}, {}}).text())
                .isEqualTo("double[][]{{1.5}, {}}");
        assertThat(MimeBundle.of(new int[1_000]).text())
                .startsWith("int[]{0, 0,")
                .endsWith(", …} (1,000 elements)")
                .hasSizeLessThan(100);
        assertThat(MimeBundle.of(new long[100][100][100]).text())
                .endsWith(", …} (100 elements)")
                .hasSizeLessThan(600);
        var itself = new Object[1];
        itself[0] = itself;
        assertThat(MimeBundle.of(itself).text()).hasSizeLessThan(1_500);
    }

    @Test
    void anythingElseIsItsText() {
        assertThat(MimeBundle.of(3.5).data()).isEqualTo(Map.of("text/plain", "3.5"));
        assertThat(MimeBundle.of(null).text()).isEqualTo("null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new MimeBundle(Map.of("text/html", "")))
                .withMessageContaining("text/plain");
    }

    private static MimeBundle loaded(String title) {
        return MimeBundle.of(Samples.exactness(title), PlotlyHtml.Script.LOADED);
    }
}
