package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class ReportTest {
    @TempDir private Path folder;

    @Test
    void resultsReadBackAsWritten() throws IOException {
        Report report = open(Samples.REAL);
        List<Result> rows =
                List.of(
                        Samples.row("bdia", 1, "loss", 0.1),
                        Samples.row("bdia", Long.MAX_VALUE, "loss", Double.NaN),
                        Samples.row("standard", 2, "loss", Double.NEGATIVE_INFINITY));
        ResultsFile back = ResultsFile.read(report.add(rows).write());
        assertThat(back.results()).isEqualTo(rows);
        assertThat(back.data()).containsExactly(Samples.REAL);
        assertThat(back.profile()).isEqualTo(Profile.SMOKE);
        assertThat(back.hardware()).contains("cores").contains("Java");
        assertThat(back.claims()).isEmpty();
    }

    @Test
    void aCellThatIsExecutedAgainRenewsItsRowsAndAddsNone() throws IOException {
        Report report = open(Samples.REAL);
        report.add(List.of(Samples.row("bdia", 1, "ms", 3), Samples.row("bdia", 2, "ms", 5)));
        report.add(Samples.row("bdia", 1, "ms", 4));
        assertThat(ResultsFile.read(report.write()).results())
                .containsExactly(Samples.row("bdia", 1, "ms", 4), Samples.row("bdia", 2, "ms", 5));
    }

    @Test
    void resultsHaveTheAgreedShape() throws IOException {
        Report report = open(Samples.REAL).use(Samples.STAND_IN).use(Samples.REAL);
        report.add(Samples.row("bdia", 1, "loss", Double.POSITIVE_INFINITY));
        JsonNode json = new ObjectMapper().readTree(report.write().toFile());
        assertThat(json.fieldNames())
                .toIterable()
                .containsExactly("notebook", "profile", "data", "hardware", "results", "claims");
        assertThat(json.at("/data/synthetic").asBoolean()).isTrue();
        assertThat(json.at("/data/name").asText()).isEqualTo("CIFAR-10; noise");
        assertThat(json.at("/data/sha256").asText()).hasSize(64);
        assertThat(json.at("/data/sources")).hasSize(2);
        assertThat(json.at("/results/0").fieldNames())
                .toIterable()
                .containsExactly(
                        "task",
                        "method",
                        "backprop",
                        "seed",
                        "depth",
                        "gamma",
                        "stage",
                        "metric",
                        "value");
        assertThat(json.at("/results/0/value").asText()).isEqualTo("Infinity");
        assertThat(ResultsFile.read(folder.resolve("results.json")).data())
                .containsExactly(Samples.REAL, Samples.STAND_IN);
    }

    @Test
    void anEarlierRunsResultsAreGoneOnceTheReportIsOpen() throws IOException {
        Files.writeString(folder.resolve("results.json"), "{}");
        open(Samples.REAL);
        assertThat(folder.resolve("results.json")).doesNotExist();
    }

    @Test
    void figuresAndTablesLieInTheirFolders() throws IOException {
        Report report = open(Samples.REAL);
        Figure figure = figure(report.caption(List.of(0L)));
        assertThat(report.figure("loss", figure)).isSameAs(figure);
        report.table("loss", table("losses"));
        assertThat(folder.resolve("figures/loss.pdf")).isNotEmptyFile();
        assertThat(folder.resolve("tables/loss.tex")).isNotEmptyFile();
    }

    @Test
    void syntheticStandsInEveryCaptionAndTitle() throws IOException {
        Report report = open(Samples.STAND_IN);
        assertThat(report.caption(List.of(0L)).text()).contains("synthetic");
        assertThat(report.table("loss", table("losses")).name()).contains("synthetic");
        assertThat(Files.readString(folder.resolve("tables/loss.md"))).contains("synthetic");
        assertThat(Files.readString(folder.resolve("tables/loss.tex"))).contains("synthetic");
        assertThat(open(Samples.REAL).table("loss", table("losses")).name()).isEqualTo("losses");
    }

    @Test
    void aFigureCannotHideItsData() throws IOException {
        Report report = open(Samples.REAL);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> report.figure("loss", figure(Samples.caption(Samples.STAND_IN))))
                .withMessageContaining("noise")
                .withMessageContaining("; call result.addTo(report) first, or ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Report.open("a", folder, Profile.SMOKE).caption(List.of(0L)))
                .withMessageContaining("data");
    }

    @Test
    void nothingIsWrittenWithoutDataOrRows() throws IOException {
        assertThatIllegalStateException()
                .isThrownBy(() -> open(Samples.REAL).write())
                .withMessageContaining("0 rows; call result.addTo(report) before write()");
        assertThat(folder.resolve("results.json")).doesNotExist();
    }

    @Test
    void brokenFilesAreRefused() throws IOException {
        Path file = open(Samples.REAL).add(Samples.row("bdia", 1, "loss", 1)).write();
        String whole = Files.readString(file);
        for (String broken :
                List.of(
                        whole.substring(0, whole.length() / 2),
                        whole.replace("\"seed\"", "\"seeds\""),
                        whole.replace("\"smoke\"", "\"smokes\""),
                        whole.replace("\"hardware\"", "\"hard\""),
                        whole.replace("\"depth\" : 6", "\"depth\" : -6"))) {
            Files.writeString(file, broken);
            assertThatExceptionOfType(IOException.class)
                    .isThrownBy(() -> ResultsFile.read(file))
                    .withMessageContaining("results.json");
        }
    }

    private Report open(Provenance data) throws IOException {
        return Report.open("02-cifar", folder, Profile.SMOKE).use(data);
    }

    private static Table table(String title) {
        return Table.create(title, StringColumn.create("method", "bdia"));
    }

    private static Figure figure(Caption caption) {
        double[] one = {1};
        List<Series> series = List.of(Series.Points.of("bdia", one, one));
        return new Figure("t", Axis.linear("x"), Axis.linear("y"), series, caption);
    }
}
