package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.Provenance;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

/** What users do with the tables: they filter, sort and join the numbers. */
class RunSetTest {

    @TempDir private Path folder;
    private RunSet runs;

    /** Accuracies of 9, 10 and 11 %: as text, "9 %" is the largest. */
    @BeforeEach
    void runs() {
        RunStore store = RunStore.at(folder);
        finish(store, Method.standard(), Backprop.STORE, 0, 0.10);
        finish(store, Method.quantised(), Backprop.STORE, 0, 0.09);
        finish(store, Method.bdia(0.5), Backprop.REVERSIBLE, 0, 0.10);
        finish(store, Method.bdia(0.5), Backprop.REVERSIBLE, 1, 0.12);
        runs = FinishedRuns.read(List.of(folder)).tasks().get("cifar10");
    }

    @Test
    void theTableHasNumbers() {
        Table table = runs.table();
        assertThat(table.doubleColumn("test accuracy").asList()).containsExactly(0.10, 0.11, 0.09);
        assertThat(table.doubleColumn("test accuracy std").get(1))
                .isCloseTo(Math.sqrt(0.0002), within(1e-15));
        assertThat(table.doubleColumn("test accuracy std").isMissing(0)).as("one seed").isTrue();
        assertThat(table.intColumn("test accuracy n").asList()).containsExactly(1, 2, 1);
        assertThat(Tables.markdown(table))
                .contains("| method | training loss | validation loss |")
                .contains("| 10 % (n = 1) |", "| 11.0 ± 1.4 % (n = 2) |", "| 9 % (n = 1) |")
                .doesNotContain("std |");
    }

    @Test
    void filtersSortsAndJoinsOfTheTableAreRight() {
        Table table = runs.table();
        assertThat(methods(table.where(t -> t.numberColumn("test accuracy").isGreaterThan(0.095))))
                .containsExactly("standard", "bdia");
        assertThat(methods(table.where(table.numberColumn("validation loss").isLessThan(5.5))))
                .containsExactly("standard", "quantised");
        assertThat(methods(table.sortDescendingOn("test accuracy")))
                .containsExactly("bdia", "standard", "quantised");
        assertThat(methods(table.sortOn("test accuracy")))
                .containsExactly("quantised", "standard", "bdia");
        Table joined = runs.runs().joinOn("method").with(table).join();
        assertThat(joined.rowCount()).isEqualTo(4);
        for (var row : joined) {
            boolean bdia = row.getString("method").equals("bdia");
            double mean = row.getDouble("test accuracy");
            assertThat(Math.abs(row.getDouble("test_accuracy") - mean))
                    .isCloseTo(bdia ? 0.01 : 0, within(1e-15));
        }
        assertThat(Tables.text(joined.where(joined.numberColumn("seed").isEqualTo(1))))
                .as("still shown in per cent")
                .contains("12 %", "11.0 ± 1.4 % (n = 2)");
    }

    @Test
    void aRowARun() {
        Table table = runs.runs();
        assertThat(table.columnNames())
                .startsWith("method", "seed", "run", "epochs")
                .contains("val_loss", "best_val_loss", "test_accuracy", "hours");
        assertThat(table.intColumn("epochs").asList()).containsOnly(2);
        Table best =
                table.where(
                        table.stringColumn("method")
                                .isEqualTo("bdia")
                                .and(table.numberColumn("test_accuracy").isGreaterThan(0.11)));
        assertThat(best.longColumn("seed").asList()).containsExactly(1L);
        assertThat(best.doubleColumn("best_val_loss").get(0)).isEqualTo(5);
        assertThat(table.sortDescendingOn("test_accuracy").longColumn("seed").get(0)).isEqualTo(1);
    }

    @Test
    void aRowANumberOfAnEpoch() {
        Table epochs = runs.epochs();
        assertThat(epochs.columnNames())
                .containsExactly("method", "seed", "epoch", "stage", "metric", "value");
        Table losses =
                epochs.where(
                        t ->
                                t.stringColumn("stage")
                                        .isEqualTo("val")
                                        .and(t.stringColumn("metric").isEqualTo("loss"))
                                        .and(t.stringColumn("method").isEqualTo("bdia"))
                                        .and(t.numberColumn("seed").isEqualTo(1)));
        assertThat(losses.sortOn("epoch").doubleColumn("value").asList())
                .containsExactly(20.0, 5.0, 6.0);
        assertThat(losses.where(losses.numberColumn("value").isGreaterThan(5.5)).rowCount())
                .isEqualTo(2);
    }

    @Test
    void accuraciesOfEpochsAreFractionsShownInPerCent() {
        Table epochs = runs.epochs();
        Table accuracies =
                epochs.where(
                        epochs.stringColumn("metric")
                                .isEqualTo("accuracy")
                                .and(epochs.stringColumn("stage").isEqualTo("val")));
        assertThat(accuracies.doubleColumn("value").asList()).contains(0.1);
        assertThat(Tables.csv(accuracies)).contains(",accuracy,0.1");
        assertThat(Tables.html(accuracies)).contains(">10 %<");
        assertThat(Tables.markdown(accuracies)).contains("| 10 % |");
        assertThat(Tables.text(epochs.where(epochs.stringColumn("metric").isEqualTo("loss"))))
                .doesNotContain("%");
    }

    @Test
    void bothNamesOfAMetricWork() {
        assertThat(runs.compare("validation loss").summaries())
                .isEqualTo(runs.compare("val_loss").summaries());
        assertThat(runs.curves("val_accuracy")).isEqualTo(runs.curves("validation accuracy"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> runs.curves("test accuracy"))
                .withMessageContaining("validation loss (val_loss), validation accuracy");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> runs.compare("accuracy"))
                .withMessageContaining("test accuracy (test_accuracy)");
    }

    @Test
    void figuresAndDifferencesOfAccuraciesAreInPerCent() {
        Figure figure = runs.curves("validation accuracy");
        assertThat(figure.y().title()).isEqualTo("validation accuracy, %");
        assertThat(figure.caption().hardware()).containsPattern(", (1 core|\\d+ cores) a run, cpu");
        assertThat(figure.series().get(0).y()).containsExactly(10.0);
        Comparison comparison = runs.compare("test accuracy");
        assertThat(comparison.difference("quantised", "standard"))
                .isEqualTo("quantised − standard: -1 pp, no test: one seed (n = 1)");
        assertThat(Tables.markdown(comparison.againstTable("standard"))).contains("| -1 pp |");
        assertThat(comparison.table().doubleColumn("test accuracy").get(0)).isEqualTo(0.10);
    }

    @Test
    void runsOfOneTaskOnDifferentDataAreNotCompared() {
        RunStore store = RunStore.at(folder.resolve("others"));
        finish(store, Method.standard(), Backprop.STORE, 0, 0.1, Samples.STAND_IN);
        finish(store, Method.bdia(0.5), Backprop.REVERSIBLE, 0, 0.1, Samples.REAL);
        assertThatThrownBy(() -> FinishedRuns.read(List.of(store.root())))
                .hasMessageContaining("of the same task were made on different data")
                .hasMessageContaining("noise")
                .hasMessageContaining("CIFAR-10");
    }

    /** The digest is the training file's. */
    @Test
    void runsOfOneTaskOnDifferentTestFilesAreNotCompared() {
        RunStore store = RunStore.at(folder.resolve("others"));
        Provenance real = Samples.REAL;
        Provenance other = new Provenance(real.name(), "other files", false, real.sha256());
        finish(store, Method.standard(), Backprop.STORE, 0, 0.1, real);
        finish(store, Method.bdia(0.5), Backprop.REVERSIBLE, 0, 0.1, other);
        assertThatThrownBy(() -> FinishedRuns.read(List.of(store.root())))
                .hasMessageContaining("of the same task were made on different data")
                .hasMessageContaining("other files");
    }

    private static List<String> methods(Table table) {
        return table.stringColumn("method").asList();
    }

    /** Losses are 50 times the accuracy; the best is one less. */
    private static void finish(
            RunStore store, Method method, Backprop backprop, long seed, double accuracy) {
        finish(store, method, backprop, seed, accuracy, Samples.STAND_IN);
    }

    private static void finish(
            RunStore store,
            Method method,
            Backprop backprop,
            long seed,
            double accuracy,
            Provenance data) {
        RunConfig config = Samples.run(method, backprop, seed);
        double loss = Math.rint(accuracy * 50);
        try (Run run = store.open(config.id(), config.json())) {
            run.append(
                    List.of(
                            new MetricRow(0, 0, "val", "loss", 20),
                            new MetricRow(5, 1, "train", "loss", loss),
                            new MetricRow(5, 1, "val", "loss", loss - 1),
                            new MetricRow(10, 2, "train", "loss", loss),
                            new MetricRow(10, 2, "val", "loss", loss),
                            new MetricRow(10, 2, "val", "accuracy", accuracy)));
            run.finish(
                    Manifest.begin("cpu()", "engine 1", data, Instant.EPOCH),
                    Map.of("accuracy", accuracy),
                    List.of());
        }
    }
}
