package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tech.tablesaw.api.Table;

class DifferenceMapTest {

    private static final double[] NOISE = {0.01, -0.01, 0.02, -0.02};

    @TempDir private Path folder;

    /** Four pairs of seeds whose losses differ by −0.5 and −0.1 on average; the scatter is ±0.02 and ±0.2. */
    private Map<String, RunSet> experiments() {
        Map<String, RunSet> experiments = new LinkedHashMap<>();
        experiments.put("few", runs("few", -0.5, 1));
        experiments.put("many", runs("many", -0.1, 10));
        return experiments;
    }

    private RunSet runs(String name, double difference, double scatter) {
        RunStore store = RunStore.at(folder.resolve(name));
        for (int seed = 0; seed < 4; seed++) {
            finish(store, Method.standard(), seed, 2, 1);
            double noise = scatter * NOISE[seed];
            finish(store, Method.bdia(0.5), seed, 2 + noise, 1 + difference + noise);
        }
        return FinishedRuns.read(List.of(folder.resolve(name))).tasks().get("cifar10");
    }

    private static void finish(
            RunStore store, Method method, long seed, double first, double second) {
        RunConfig config = Samples.run(method, method.backprop(), seed);
        try (Run run = store.open(config.id(), config.json())) {
            run.append(
                    List.of(
                            new MetricRow(5, 1, "val", "loss", first),
                            new MetricRow(10, 2, "val", "loss", second)));
            run.finish(
                    Manifest.begin("cpu()", "engine 1", Samples.STAND_IN, Instant.EPOCH),
                    Map.of(),
                    List.of());
        }
    }

    @Test
    void aCellIsAnExperimentAtAnEpoch() {
        Table table =
                DifferenceMap.of(
                                "validation loss", "bdia", "standard", experiments(), List.of(1, 2))
                        .table();

        assertThat(table.stringColumn("experiment").asList())
                .containsExactly("few", "few", "many", "many");
        assertThat(table.intColumn("epoch").asList()).containsExactly(1, 2, 1, 2);
        assertThat(table.intColumn("seeds").asList()).containsOnly(4);
        double[] means = {0, -0.5, 0, -0.1};
        for (int i = 0; i < means.length; i++) {
            assertThat(table.doubleColumn("difference").get(i)).isCloseTo(means[i], within(1e-12));
        }
        // t = 0.5/(0.018257/2) = 54.77 and 0.1/(0.18257/2) = 1.095, 3 degrees of freedom; four
        // cells.
        assertThat(table.doubleColumn("p").get(1)).isCloseTo(1.34e-5, within(1e-7));
        assertThat(table.doubleColumn("p Holm").get(1)).isCloseTo(4 * 1.34e-5, within(4e-7));
        assertThat(table.stringColumn("survives").asList())
                .containsExactly("no", "yes", "no", "no");
    }

    @Test
    void theFigureHasALineAnExperimentAndMarksWhatSurvives() {
        Figure figure =
                DifferenceMap.of("val_loss", "bdia", "standard", experiments(), List.of(1, 2))
                        .figure();

        assertThat(figure.series())
                .extracting(Series::name)
                .containsExactly("few", "many", "p < 0.05 after Holm");
        assertThat(figure.series().get(2).x()).containsExactly(2.0);
        assertThat(Palette.styles(figure.series()))
                .extracting(style -> style.mark() == Palette.Mark.RING)
                .as("rings around what survives")
                .containsExactly(false, false, true);
        assertThat(figure.series().get(2).y().get(0)).isCloseTo(-0.5, within(1e-12));
        assertThat(((Series.Line) figure.series().get(1)).low().get(1)).isLessThan(-0.3);
        assertThat(figure.y().title()).isEqualTo("difference, mean and 95 % interval");
        assertThat(figure.png(1)).isNotEmpty();
    }

    @Test
    void anAxisSpeaksOfNoIntervalsWhereThereAreNone() {
        for (long seed = 0; seed < 2; seed++) {
            finish(RunStore.at(folder.resolve("two")), Method.standard(), seed, 2, 1);
            finish(RunStore.at(folder.resolve("two")), Method.bdia(0.5), seed, 2, 0.9 + seed);
        }
        Map<String, RunSet> two =
                Map.of(
                        "two",
                        FinishedRuns.read(List.of(folder.resolve("two"))).tasks().get("cifar10"));

        Figure figure =
                DifferenceMap.of("val_loss", "bdia", "standard", two, List.of(1, 2)).figure();

        assertThat(figure.y().title()).isEqualTo("mean difference");
        assertThat(((Series.Line) figure.series().get(0)).low()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "2, 1"})
    void epochsAscend(int first, int second) {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                DifferenceMap.of(
                                        "val_loss",
                                        "bdia",
                                        "standard",
                                        experiments(),
                                        List.of(first, second)))
                .withMessage(
                        "epochs must ascend, each once, but are [" + first + ", " + second + "]");
    }

    @Test
    void whatIsMissingIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () ->
                                DifferenceMap.of(
                                        "val_loss", "bdia", "standard", experiments(), List.of(7)))
                .withMessage(
                        "standard, seed 0, has no validation loss of epoch 7; it has those of epochs [1, 2]");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> DifferenceMap.of("val_loss", "a", "b", Map.of(), List.of(1)))
                .withMessageStartingWith("a map needs at least one experiment and one epoch");
    }
}
