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
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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
            assertThat(pixels(image, color)).as(method).isGreaterThan(300);
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
        double blue = rows(image, new Color(0x0072B2));
        double green = rows(image, new Color(0x009E73));
        assertThat(green / blue).isBetween(1.97, 2.03);
    }

    @Test
    void aLogarithmicAxisHasNoBarsButPoints() throws IOException {
        List<String> ways = List.of("store", "lean");
        Figure figure =
                new Figure(
                        "memory",
                        Axis.linear("way"),
                        Axis.log("MiB"),
                        List.of(
                                Series.Bars.of("activations", ways, new double[] {1000, 20}),
                                Series.Bars.of("side bits", ways, new double[] {0, 3})),
                        Samples.caption(Samples.REAL));
        JsonNode json = json(figure);
        assertThat(json.at("/data/0/mode").asText()).isEqualTo("markers");
        assertThat(json.at("/data/0/x/0").asDouble())
                .as("beside each other")
                .isLessThan(json.at("/data/1/x/0").asDouble());
        assertThat(json.at("/layout/xaxis/ticktext").toString()).isEqualTo("[\"store\",\"lean\"]");
        assertThat(json.at("/layout/xaxis/tickvals").toString()).isEqualTo("[0.0,1.0]");
        assertThat(json.at("/layout/yaxis/ticktext/0").asText()).isEqualTo("0 (exact)");
        assertThat(image(figure.png(1)).getWidth()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1, 100, '0,10,20,30,40,50,60,70,80,90,100'",
        "1, 1, 9, '1,2,3,4,5,6,7,8,9'",
        "0.3, 0.1, 1.1, '0.3,0.4,0.5,0.6,0.7,0.8,0.9,1,1.1'"
    })
    void ticksOfManyPositionsAreRoundNumbers(double from, double step, double to, String labels)
            throws IOException {
        double[] x = DoubleStream.iterate(from, at -> at <= to + 1e-6, at -> at + step).toArray();
        Series line = Series.Line.of("bdia", x, x);
        Figure figure = new Figure("t", X, Y, List.of(line), Samples.caption(Samples.REAL));
        assertThat(String.join(",", figure.ticks().values())).isEqualTo(labels);
        assertThat(json(figure).at("/layout/xaxis").has("tickvals")).as("zooming").isFalse();
    }

    @Test
    void sixLinesAreShownAndTheOthersNamed() throws IOException {
        List<Series> lines = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            lines.add(Series.Line.of("bdia+l" + i, TWO, new double[] {i, i + 1}));
        }
        Figure figure = new Figure("t", X, Y, lines, Samples.caption(Samples.REAL));
        assertThat(figure.shown()).isEqualTo(lines.subList(0, 6));
        assertThat(String.join(" ", figure.captionLines(80)))
                .endsWith("not shown: bdia+l6, bdia+l7");
        JsonNode json = json(figure);
        assertThat(json.at("/data/5").has("visible")).isFalse();
        assertThat(json.at("/data/6/visible").asText()).isEqualTo("legendonly");
        assertThat(Palette.styles(figure.shown()))
                .extracting(Palette.Style::dash)
                .doesNotHaveDuplicates();
    }

    @Test
    void whatTheAxisCutsOffIsSaid() throws IOException {
        double[] x = {0, 1, 2, 3, 4, 5};
        List<Series> lines =
                List.of(Series.Line.of("bdia", x, new double[] {9, 3, 2.9, 2.8, 2.7, 2}));
        Figure figure =
                new Figure(
                        "t", X, Axis.fitted("loss", lines), lines, Samples.caption(Samples.REAL));
        assertThat(String.join(" ", figure.captionLines(80)))
                .endsWith("the axis leaves out values of 9");
        assertThat(json(figure).at("/layout/yaxis/range/1").asDouble()).isBetween(3.0, 3.1);
        assertThat(json(figure).at("/data/0/y/0").asDouble()).isEqualTo(9);
    }

    @Test
    void ticksStandAtFewPositionsAndWhereTheyHaveRoom() {
        Series depths = Series.Line.of("bdia", new double[] {2, 3, 12, 48}, new double[4]);
        Figure few = new Figure("t", X, Y, List.of(depths), Samples.caption(Samples.REAL));
        assertThat(few.ticks().values()).containsExactly("2", "12", "48");
    }

    @Test
    void longTitlesAndNamesLeaveRoomForThePlot() throws IOException {
        Series line = Series.Line.of("bdia" + "+key1234".repeat(12), TWO, TWO);
        String title = "a title of many words ".repeat(8).strip();
        Figure figure = new Figure(title, X, Y, List.of(line), Samples.caption(Samples.REAL));
        BufferedImage image = image(figure.png(1));
        Color blue = Palette.styles(List.of(line)).get(0).color();
        assertThat(rows(image, blue)).isGreaterThan(150);
        assertThat(json(figure).at("/layout/title/text").asText()).contains("<br>");
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
    void dashesRunOnThroughAllPointsOfALine() {
        double[] steps = IntStream.range(0, 200).asDoubleStream().toArray();
        Series solid = Series.Line.of("standard", steps, steps);
        Series dashed = Series.Line.of("bdia", steps, steps);
        Figure figure =
                new Figure("loss", X, Y, List.of(solid, dashed), Samples.caption(Samples.REAL));
        String svg = new String(figure.svg(), StandardCharsets.UTF_8);
        List<String> drawn = svg.lines().filter(l -> l.contains("stroke-dasharray:8,5")).toList();
        assertThat(drawn).as("the line and its place in the legend").hasSize(2);
        assertThat(drawn).anySatisfy(path -> assertThat(path.split("L")).hasSize(200));
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
        assertThat(json.at("/layout/xaxis/title/text").asText())
                .as("under the axis, with room made for both")
                .startsWith("depth<br>")
                .contains("CIFAR-10", "smoke", "seeds 0, 1", "two cores");
        assertThat(json.at("/layout/xaxis/automargin").asBoolean()).isTrue();
        assertThat(json.at("/layout/yaxis/type").asText()).isEqualTo("log");
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
        List<Double> broken = List.of(1.0, Double.NaN, Double.POSITIVE_INFINITY, 4.0);
        Series.Line line =
                new Series.Line("bdia", List.of(1.0, 2.0, 3.0, 4.0), broken, broken, broken);
        Figure figure = new Figure("t", X, Y, List.of(line), Samples.caption(Samples.REAL));
        assertThat(json(figure).at("/data/2/y").toString()).isEqualTo("[1.0,null,null,4.0]");
        assertThat(image(figure.png(1)).getWidth()).isPositive();
    }

    @Test
    void extremesAreDrawnToo() throws IOException {
        double[] nothing = {Double.NaN, Double.POSITIVE_INFINITY};
        double[] huge = {1e300, 3e300};
        for (Axis y : List.of(Y, Axis.log("loss"))) {
            for (double[] values : List.of(nothing, huge, new double[] {5, 5}, new double[2])) {
                for (Series series :
                        List.of(
                                Series.Line.of("line", TWO, values),
                                Series.Points.of("points", new double[] {3, 3}, values),
                                Series.Bars.of("bars", List.of("a", "b"), values))) {
                    for (Axis x : List.of(X, Axis.log("x"))) {
                        Figure figure =
                                new Figure(
                                        "t", x, y, List.of(series), Samples.caption(Samples.REAL));
                        assertThat(image(figure.png(1)).getWidth()).isPositive();
                    }
                }
            }
        }
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
        assertThat(json(figure).at("/layout/xaxis/title/text").asText())
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

    private static int pixels(BufferedImage image, Color color) {
        return IntStream.range(0, image.getHeight()).map(y -> pixels(image, color, y)).sum();
    }

    private static long rows(BufferedImage image, Color color) {
        return IntStream.range(0, image.getHeight())
                .filter(y -> pixels(image, color, y) > 0)
                .count();
    }

    /** Pixels of a row, without the legend to the right, which shows every colour anyway. */
    private static int pixels(BufferedImage image, Color color, int y) {
        return (int)
                IntStream.range(0, image.getWidth() * 2 / 3)
                        .filter(x -> image.getRGB(x, y) == color.getRGB())
                        .count();
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
