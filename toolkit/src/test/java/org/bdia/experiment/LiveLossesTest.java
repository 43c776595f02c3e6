package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.Provenance;
import org.bdia.report.Series;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LiveLossesTest {
    private static final Provenance DATA = new Provenance("dots", "generated", true, "00");

    @TempDir private Path folder;
    private RunStore store;
    private LiveLosses losses;

    @BeforeEach
    void open() {
        store = RunStore.at(folder);
        losses = new LiveLosses(store);
    }

    @Test
    void showsBothLossesOfARunThatIsBeingWritten() throws Exception {
        var config = begin(0);
        // A line that another process has not finished.
        Files.writeString(
                folder.resolve(config.id()).resolve("metrics.csv"),
                "10,2,val,lo",
                StandardOpenOption.APPEND);
        assertThat(losses.isEmpty()).isTrue();
        losses.add("bdia", config, new StepLine(0, 100, "reading"));
        assertThat(losses.isEmpty()).isTrue();
        losses.add("bdia", config, new StepLine(25, 100, "epoch 1 · loss 2.5000"));
        losses.add("bdia", config, new StepLine(75, 100, "epoch 2 · loss 1.5000"));
        var figure = losses.figure();
        assertThat(figure.series())
                .containsExactly(
                        line("bdia, seed 0, training", List.of(0.5, 1.5), List.of(2.5, 1.5)),
                        line("bdia, seed 0, validation", List.of(1.0), List.of(2.25)));
        assertThat(figure.caption().text()).startsWith("synthetic data: dots");
    }

    @Test
    void showsTheLastRunsAndNamesThoseBefore() {
        for (int seed = 0; seed < 5; seed++) {
            losses.add("bdia", begin(seed), new StepLine(1, 2, "loss 1.0"));
        }
        var figure = losses.figure();
        assertThat(figure.series())
                .extracting(Series::name)
                .startsWith("bdia, seed 2, training", "bdia, seed 2, validation")
                .contains("bdia, seed 4, validation")
                .hasSize(8);
        assertThat(figure.plotly().replace("<br>", " "))
                .contains("not shown: bdia, seed 0, training, bdia, seed 1, training");
    }

    @Test
    void runsOfOneNameAreToldApart() {
        losses.add("bdia", begin(0), new StepLine(1, 2, "loss 1.0"));
        var other = Runs.small(Method.standard(), Backprop.STORE, 0);
        begin(other);
        losses.add("bdia", other, new StepLine(1, 2, "loss 1.0"));
        assertThat(losses.figure().series()).hasSize(4);
    }

    @Test
    void aLongRunIsThinned() {
        var config = begin(0);
        for (int i = 1; i <= 10_000; i++) {
            losses.add("bdia", config, new StepLine(i, 10_000, "loss " + i));
        }
        var training = losses.figure().series().get(0);
        assertThat(training.y())
                .hasSizeBetween(200, 400)
                .startsWith(1.0)
                .endsWith(10_000.0)
                .isSorted();
    }

    private static Series line(String name, List<Double> x, List<Double> y) {
        return new Series.Line(name, x, y, List.of(), List.of());
    }

    private RunConfig begin(long seed) {
        var config = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, seed);
        begin(config);
        return config;
    }

    private void begin(RunConfig config) {
        try (var run = store.open(config.id(), config.json())) {
            run.begin(Manifest.begin("cpu", "PyTorch", DATA, Instant.EPOCH));
            run.append(List.of(new MetricRow(5, 1, "val", "loss", 2.25)));
        }
    }
}
