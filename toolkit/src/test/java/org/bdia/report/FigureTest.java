package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FigureTest {
    private static final Axis X = Axis.linear("step");
    private static final Axis Y = Axis.linear("loss");
    private static final double[] TWO = {1, 2};

    @Test
    void pngGrowsWithItsScale() throws IOException {
        Figure figure = Samples.exactness("errors");
        BufferedImage one = image(figure.png(1));
        BufferedImage two = image(figure.png(2));
        assertThat(two.getWidth()).isEqualTo(2 * one.getWidth());
        assertThat(two.getHeight()).isEqualTo(2 * one.getHeight());
        assertThatIllegalArgumentException().isThrownBy(() -> figure.png(0));
    }

    @Test
    void everySeriesIsVisibleInThePng() throws IOException {
        BufferedImage image = image(Samples.exactness("errors").png(2));
        for (String method : List.of("bdia", "bdia-float")) {
            Color color = Palette.styles(List.of(Series.Line.of(method, TWO, TWO))).get(0).color();
            // Below the legend, which shows every colour anyway.
            assertThat(pixels(image, color, image.getHeight() / 4)).as(method).isGreaterThan(300);
        }
    }

    @Test
    void barsReachTheirHeightsAndZeroStandsOnTheAxis() throws IOException {
        Figure figure =
                new Figure(
                        "memory",
                        Axis.linear(""),
                        Axis.linear("MiB"),
                        List.of(
                                Series.Bars.of("bdia", List.of("a", "b"), new double[] {1, 0}),
                                Series.Bars.of("revnet", List.of("a", "b"), new double[] {2, 0})),
                        Samples.caption(Samples.REAL));
        BufferedImage image = image(figure.png(1));
        int belowLegend = image.getHeight() / 6;
        int blue = pixels(image, new Color(0x0072B2), belowLegend);
        int green = pixels(image, new Color(0x009E73), belowLegend);
        assertThat((double) green / blue).isBetween(1.9, 2.1);
    }

    @Test
    void svgAndPdfAreWhatTheySay() {
        Figure figure = Samples.exactness("errors");
        assertThat(new String(figure.svg(), StandardCharsets.UTF_8))
                .contains("<svg")
                .contains("</svg>");
        assertThat(new String(figure.pdf(), StandardCharsets.ISO_8859_1)).startsWith("%PDF-");
    }

    @Test
    void theSameFigureHasTheSameBytesWhenever() throws InterruptedException {
        Figure figure = Samples.exactness("errors");
        byte[] png = figure.png(1);
        byte[] svg = figure.svg();
        byte[] pdf = figure.pdf();
        Thread.sleep(2); // a clock of milliseconds goes on

        Figure again = Samples.exactness("errors");
        assertThat(again.png(1)).isEqualTo(png);
        assertThat(again.svg()).isEqualTo(svg);
        assertThat(again.pdf()).isEqualTo(pdf);
        assertThat(Samples.exactness("others").pdf()).isNotEqualTo(pdf);
    }

    @Test
    void plotlyHasOneTracePerSeriesAndTheCaption() throws IOException {
        JsonNode json = json(Samples.exactness("errors"));
        assertThat(names(json)).containsExactly("bdia", "bdia-float");
        assertThat(json.at("/layout/title/text").asText()).isEqualTo("errors");
        assertThat(json.at("/layout/annotations/0/text").asText())
                .contains("CIFAR-10", "smoke", "seeds 0, 1", "two cores");
        assertThat(json.at("/layout/yaxis/type").asText()).isEqualTo("log");
    }

    @Test
    void plotlyGivesALongLegendRoomAboveThePlotAndLongWordsRoomBelow() throws IOException {
        List<Series> lines =
                IntStream.range(0, 9)
                        .mapToObj(
                                i ->
                                        (Series)
                                                Series.Line.of(
                                                        "a method of long name " + i, TWO, TWO))
                        .toList();
        JsonNode one =
                json(new Figure("t", X, Y, lines.subList(0, 1), Samples.caption(Samples.REAL)));
        JsonNode nine = json(new Figure("t", X, Y, lines, Samples.caption(Samples.REAL)));
        assertThat(plotHeight(nine)).isEqualTo(plotHeight(one));
        assertThat(nine.at("/layout/margin/t").asInt() - one.at("/layout/margin/t").asInt())
                .isGreaterThanOrEqualTo(2 * 20);

        JsonNode brief = bars("standard", "bdia");
        JsonNode wordy = bars("storing ".repeat(8), "reversing ".repeat(8));
        assertThat(brief.at("/layout/xaxis/tickangle").asInt()).isZero();
        assertThat(wordy.at("/layout/xaxis/tickangle").asInt()).isPositive();
        assertThat(plotHeight(wordy)).isEqualTo(plotHeight(brief));
        assertThat(wordy.at("/layout/annotations/0/yshift").asInt())
                .isLessThan(brief.at("/layout/annotations/0/yshift").asInt() - 50);
    }

    private static JsonNode bars(String... categories) throws IOException {
        double[] heights = new double[categories.length];
        Series bars = Series.Bars.of("memory", List.of(categories), heights);
        return json(new Figure("t", X, Y, List.of(bars), Samples.caption(Samples.REAL)));
    }

    private static int plotHeight(JsonNode json) {
        JsonNode margin = json.at("/layout/margin");
        return json.at("/layout/height").asInt()
                - margin.get("t").asInt()
                - margin.get("b").asInt();
    }

    @Test
    void plotlyShowsExactZerosInTheirStripAndTellsTheTruthWhenPointedAt() throws IOException {
        JsonNode json = json(Samples.exactness("errors"));
        assertThat(json.at("/layout/yaxis/ticktext/0").asText()).isEqualTo("0 (exact)");
        double drawn = json.at("/data/0/y/0").asDouble();
        assertThat(drawn)
                .isBetween(
                        json.at("/layout/shapes/0/y0").asDouble(),
                        json.at("/layout/shapes/0/y1").asDouble())
                .isLessThan(1e-7);
        assertThat(json.at("/data/0/customdata/0").asDouble()).isZero();
        assertThat(json.at("/data/1/y/0").asDouble()).isEqualTo(1e-7);
    }

    @Test
    void valuesThatAreNotFiniteAreGapsInBothRenderings() throws IOException {
        double[] broken = {1, Double.NaN, Double.POSITIVE_INFINITY, 4};
        Series.Line line =
                Series.Line.of("bdia", new double[] {1, 2, 3, 4}, broken).withBand(broken, broken);
        Figure figure = new Figure("t", X, Y, List.of(line), Samples.caption(Samples.REAL));
        assertThat(json(figure).at("/data/2/y").toString()).isEqualTo("[1.0,null,null,4.0]");
        assertThat(image(figure.png(1)).getWidth()).isPositive();
    }

    @Test
    void textNeverBecomesMarkUp() {
        Figure figure =
                new Figure(
                        "a <b>bold</b> </script> & \"title\"",
                        Axis.linear("<i>x</i>"),
                        Y,
                        List.of(Series.Line.of("<a href='x'>", TWO, TWO)),
                        Samples.caption(Samples.REAL));
        assertThat(figure.plotly()).doesNotContain("<b>", "</script", "<i>", "<a ");
    }

    @Test
    void generatedDataAreCalledSynthetic() throws IOException {
        Figure figure =
                new Figure(
                        "t",
                        X,
                        Y,
                        List.of(Series.Points.of("bdia", TWO, TWO)),
                        Samples.caption(Samples.REAL, Samples.STAND_IN));
        assertThat(json(figure).at("/layout/annotations/0/text").asText())
                .contains("synthetic data: noise");
    }

    @Test
    void savesFourFilesAndNothingElse(@TempDir Path folder) throws IOException {
        Samples.exactness("errors").save(folder.resolve("figures"), "errors");
        assertThat(folder.resolve("figures"))
                .isDirectoryNotContaining(f -> f.toString().endsWith(".tmp"))
                .isDirectoryContaining("glob:**errors.png")
                .isDirectoryContaining("glob:**errors.svg")
                .isDirectoryContaining("glob:**errors.pdf")
                .isDirectoryContaining("glob:**errors.json");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Samples.exactness("errors").save(folder, "../errors"));
    }

    @Test
    void refusesWhatItCannotDraw() {
        Series line = Series.Line.of("bdia", TWO, TWO);
        Series bars = Series.Bars.of("revnet", List.of("a", "b"), TWO);
        Series negative = Series.Line.of("bdia", TWO, new double[] {1, -1});
        Series atZero = Series.Line.of("bdia", new double[] {0, 1}, TWO);
        refuses(X, Y, "no series");
        refuses(X, Y, "two series named 'bdia'", line, line);
        refuses(X, Y, "different categories", line, bars);
        refuses(X, Axis.log("y"), "-1.0", negative);
        refuses(Axis.log("x"), Y, "position 0.0", atZero);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Series.Line.of("bdia", TWO, new double[] {1}))
                .withMessageContaining("2 positions but 1 values");
    }

    private static void refuses(Axis x, Axis y, String message, Series... series) {
        Caption caption = Samples.caption(Samples.REAL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Figure("t", x, y, List.of(series), caption))
                .withMessageContaining(message);
    }

    private static BufferedImage image(byte[] png) throws IOException {
        return ImageIO.read(new ByteArrayInputStream(png));
    }

    private static int pixels(BufferedImage image, Color color, int top) {
        int count = 0;
        for (int y = top; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                count += image.getRGB(x, y) == color.getRGB() ? 1 : 0;
            }
        }
        return count;
    }

    private static JsonNode json(Figure figure) throws IOException {
        return new ObjectMapper().readTree(figure.plotly());
    }

    private static List<String> names(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.get("data").forEach(trace -> names.add(trace.get("name").asText()));
        return names;
    }
}
