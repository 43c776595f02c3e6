package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.bdia.config.Backprop;
import org.bdia.config.FileException;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunComparisonTest {
    private static final Manifest MANIFEST =
            Manifest.begin("cpu()", "engine 1", Samples.STAND_IN, Instant.EPOCH);

    @TempDir private Path folder;
    private RunStore store;
    private final List<String> ids = new ArrayList<>();

    @BeforeEach
    void runs() {
        store = RunStore.at(folder.resolve("runs"));
        for (long seed = 0; seed < 3; seed++) {
            ids.add(finish(Method.bdia(0.5), Backprop.REVERSIBLE, seed, 1 + 0.1 * seed));
            ids.add(finish(Method.standard(), Backprop.STORE, seed, 2 + 0.11 * seed));
        }
    }

    @Test
    void everyTableAndFigureIsWrittenInEveryFormat() throws IOException {
        FinishedRuns found = FinishedRuns.read(List.of(store.root()));
        assertThat(found.tasks()).containsOnlyKeys("cifar10");
        var comparison = RunComparison.of("cifar10", found.tasks().get("cifar10"));
        assertThat(comparison.reference()).isEqualTo("standard");
        assertThat(comparison.metrics())
                .containsExactlyInAnyOrder("val_loss", "best_val_loss", "test_accuracy");
        assertThat(comparison.text())
                .contains("(n = 3)", "paired t", "validation loss: difference from standard")
                .contains("(synthetic data)");

        Path output = folder.resolve("out");
        comparison.write(output);
        for (String name :
                List.of("summary", "runs", "val_loss", "test_accuracy-against-standard")) {
            for (String format : List.of(".csv", ".md", ".tex")) {
                assertThat(output.resolve("tables/cifar10-" + name + format)).isNotEmptyFile();
            }
        }
        assertThat(Files.readString(output.resolve("tables/cifar10-runs.csv")))
                .contains(ids)
                .contains("bdia,2,");
        for (String format : List.of(".png", ".svg", ".pdf", ".json")) {
            assertThat(output.resolve("figures/cifar10-validation-loss" + format)).isNotEmptyFile();
        }
        assertThat(Files.readString(output.resolve("figures/cifar10-validation-loss.json")))
                .contains("synthetic data")
                .contains("seeds 0, 1, 2: mean, band ± 1 std")
                .doesNotContain("profile");
    }

    /** Data of one's own are called as their folder is. */
    @Test
    void aTaskOfAnyNameIsWrittenUnderOneOfItsOwn() throws IOException {
        RunSet runs = FinishedRuns.read(List.of(store.root())).tasks().get("cifar10");
        Path tables = folder.resolve("out").resolve("tables");
        for (String task :
                List.of("Bilder mit Lücke", "Bilder mit Lucke", "画像", "../a", "x".repeat(250))) {
            long before = files(tables);
            RunComparison.of(task, runs).write(folder.resolve("out"));
            assertThat(files(tables) - before).as(task).isEqualTo(24);
        }
        try (var found = Files.list(tables)) {
            assertThat(found.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.matches("Bilder-mit-Lucke-[0-9a-f]{8}-summary.csv"))
                    .anyMatch(name -> name.matches("Bilder-mit-Lucke-[0-9a-f]{8}-val_loss.tex"))
                    .allMatch(name -> name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,199}"));
        }
        assertThat(RunComparison.of("Bilder mit Lücke", runs).text())
                .contains("Bilder mit Lücke: ");
    }

    private static long files(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return 0;
        }
        try (var found = Files.list(folder)) {
            return found.count();
        }
    }

    @Test
    void lastAndBestAreTakenFromTheCurves() {
        RunSet runs = FinishedRuns.read(List.of(store.root())).tasks().get("cifar10");
        assertThat(runs.labels()).containsExactly("standard", "bdia");
        assertThat(runs.compare("val_loss").summary("bdia").mean()).isCloseTo(1.1, within(1e-15));
        assertThat(runs.compare("best_val_loss").summary("bdia").mean())
                .isCloseTo(0.6, within(1e-15));
        assertThat(runs.compare("gap").summary("standard").n()).isEqualTo(3);
        assertThat(runs.curveMetrics()).containsExactly("train_loss", "val_loss", "gap");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> runs.compare("bleu"))
                .withMessageContaining("test_accuracy");
    }

    @Test
    void aFewRunsMayBeNamedAndTwiceCountsOnce() {
        List<Path> some =
                List.of(
                        store.root().resolve(ids.get(0)),
                        store.root().resolve(ids.get(0)),
                        store.root().resolve(ids.get(1)));
        RunSet runs = FinishedRuns.read(some).tasks().get("cifar10");
        assertThat(runs.seeds()).containsExactly(0L);
        assertThat(runs.compare("val_loss").contrast("bdia", "standard").note())
                .isEqualTo("one seed");
        var comparison = RunComparison.of("cifar10", runs);
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> new RunComparison("cifar10", runs, comparison.metrics(), "revnet"))
                .withMessageContaining("choose the reference from [standard, bdia]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new RunComparison("cifar10", runs, List.of("bleu"), "standard"))
                .withMessageContaining("there is no metric 'bleu'; there are ");
    }

    @Test
    void aTaskWithoutWhatIsAskedForIsLeftOutAndSaysWhy() {
        RunSet all = FinishedRuns.read(List.of(store.root())).tasks().get("cifar10");
        Path bdia = store.root().resolve(ids.get(0));
        RunSet few = FinishedRuns.read(List.of(bdia)).tasks().get("cifar10");
        Map<String, RunSet> tasks = new TreeMap<>(Map.of("all", all, "few", few));
        List<String> skipped = new ArrayList<>();

        assertThat(RunComparison.each(tasks, List.of(), Optional.of("standard"), skipped::add))
                .containsExactly(RunComparison.of("all", all));
        assertThat(skipped).containsExactly("few: no run is called 'standard'");
        assertThat(
                        RunComparison.each(
                                tasks,
                                List.of("gap", "generalisation gap"),
                                Optional.empty(),
                                skipped::add))
                .extracting(RunComparison::metrics)
                .containsExactly(List.of("gap"), List.of("gap"));
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                RunComparison.each(
                                        tasks,
                                        List.of("gap", "bleu"),
                                        Optional.empty(),
                                        skipped::add))
                .withMessageContaining("no run has the metric 'bleu'; there are {all=[");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                RunComparison.each(
                                        tasks, List.of(), Optional.of("revnet"), skipped::add))
                .withMessageContaining("{all=[standard, bdia], few=[bdia]}");
    }

    @Test
    void unfinishedRunsAreLeftOutAndDamagedOnesRefused() throws IOException {
        RunConfig open = Samples.run(Method.quantised(), Backprop.STORE, 0);
        store.open(open.id(), open.json()).close();
        assertThat(FinishedRuns.read(List.of(store.root())).unfinished())
                .containsExactly(open.id() + " (quantised, seed 0)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FinishedRuns.read(List.of(store.root().resolve(open.id()))))
                .withMessageContaining("unfinished: [" + open.id());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> FinishedRuns.read(List.of(folder.resolve("nothing"))))
                .withMessageContaining("expected a run's folder");
        Files.writeString(store.root().resolve(ids.get(0)).resolve("metrics.csv"), "x");
        assertThatThrownBy(() -> FinishedRuns.read(List.of(store.root())))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("metrics.csv");
    }

    private String finish(Method method, Backprop backprop, long seed, double loss) {
        RunConfig config = Samples.run(method, backprop, seed);
        try (Run run = store.open(config.id(), config.json())) {
            run.append(
                    List.of(
                            new MetricRow(0, 0, "val", "loss", 5),
                            new MetricRow(5, 1, "train", "loss", loss),
                            new MetricRow(5, 1, "val", "loss", loss - 0.5),
                            new MetricRow(10, 2, "train", "loss", loss - 1),
                            new MetricRow(10, 2, "val", "loss", loss)));
            run.finish(MANIFEST, Map.of("accuracy", 1 / loss), List.of());
        }
        return config.id();
    }
}
