package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.report.Tables;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Draws are functions of seed, index and axis; halving keeps exactly the best. */
class SearchTest {

    private static final String PEAK = "'train.schedule.peak': {'log': [1e-4, 1e-2]}";
    private static final String DROPOUT = "'model.dropout': {'uniform': [0, 0.3]}";
    private static final String BATCH = "'train.batch': [8, 16]";
    private static final String HALVING =
            "'kind': 'halving', 'seed': 0, 'metric': 'best_val_loss', 'epochs': [1, 2, 4], 'eta': 2";

    @TempDir private Path folder;
    private RunStore store;

    @BeforeEach
    void open() {
        store = RunStore.at(folder.resolve("runs"));
    }

    @Test
    void moreRunsAndOtherAxesChangeNoDraw() throws IOException {
        List<RunConfig> few = drawn(5, 0, PEAK, DROPOUT);

        assertThat(drawn(5, 0, PEAK, DROPOUT)).isEqualTo(few);
        assertThat(drawn(9, 0, DROPOUT, PEAK).subList(0, 5)).isEqualTo(few);
        assertThat(drawn(5, 0, PEAK, DROPOUT, BATCH))
                .extracting(run -> run.train().schedule(), run -> run.model().dropout())
                .isEqualTo(
                        few.stream()
                                .map(run -> tuple(run.train().schedule(), run.model().dropout()))
                                .toList());
        assertThat(drawn(5, 1, PEAK, DROPOUT)).doesNotContainAnyElementsOf(few);
    }

    @Test
    void aLogRangeHasAsManyDrawsInEveryDecade() throws IOException {
        List<Double> peaks =
                drawn(200, 3, PEAK).stream().map(run -> run.train().schedule().peak()).toList();

        assertThat(peaks).allSatisfy(peak -> assertThat(peak).isBetween(1e-4, 1e-2));
        assertThat(peaks.stream().filter(peak -> peak < 1e-3).count()).isBetween(75L, 125L);
        assertThat(new HashSet<>(peaks).size()).isGreaterThan(150);
        assertThat(peaks)
                .allSatisfy(
                        peak ->
                                assertThat(
                                                new BigDecimal(peak.toString())
                                                        .stripTrailingZeros()
                                                        .precision())
                                        .isLessThanOrEqualTo(3));
    }

    @Test
    void aUniformRangeAndAListAreUniform() throws IOException {
        List<RunConfig> runs = drawn(200, 3, DROPOUT, BATCH);

        assertThat(runs)
                .allSatisfy(run -> assertThat(run.model().dropout()).isBetween(0.0, 0.3))
                .filteredOn(run -> run.model().dropout() < 0.15)
                .hasSizeBetween(75, 125);
        assertThat(runs).filteredOn(run -> run.train().batch() == 8).hasSizeBetween(75, 125);
    }

    @Test
    void gridsAndASearchAreAddedUpAndEqualDrawsCountOnce() throws IOException {
        Sweep sweep =
                read(
                        "{'profile': 'smoke', 'grids': [{'task': ['cifar10']}], 'search': "
                                + random(20, 0, BATCH)
                                + "}");

        assertThat(configs(sweep)).hasSize(3);
        assertThat(SweepPlan.of(configs(sweep)).items()).hasSize(3);
    }

    @Test
    void theBestOfEveryRungGoOn() throws IOException {
        Sweep sweep = halving(8);
        Search halving = sweep.halving().orElseThrow();
        List<RunConfig> first = configs(sweep);
        assertThat(first).extracting(run -> run.train().epochs()).containsOnly(1);
        List<Double> losses = List.of(0.5, Double.NaN, 0.3, 0.9, 0.1, 0.7, 0.2, 0.8);
        IntStream.range(0, 8)
                .filter(i -> i != 3) // it failed
                .forEach(i -> finish(first.get(i), losses.get(i)));

        List<RunConfig> second = halving.next(0, first, store);

        assertThat(second)
                .extracting(run -> run.withTrain(run.train().withEpochs(1)))
                .containsExactly(first.get(4), first.get(6), first.get(2), first.get(0));
        assertThat(second).extracting(run -> run.train().epochs()).containsOnly(2);
        second.forEach(run -> finish(run, 0.25));
        assertThat(halving.next(1, second, store))
                .as("equal ones by their ids")
                .extracting(run -> run.withTrain(run.train().withEpochs(2)))
                .isEqualTo(
                        second.stream()
                                .sorted(Comparator.comparing(RunConfig::id))
                                .limit(2)
                                .toList());
        assertThat(sweep.known(DataFolder.at(folder), store))
                .hasSize(12)
                .containsAll(first)
                .containsAll(second);
        String table = Tables.text(sweep.best(List.of(first, second), store).orElseThrow());
        assertThat(table)
                .startsWith("the best of 11 finished runs by best validation loss\n")
                .containsSubsequence("epochs", "model.dropout", "run", "0.25", "0.25", "0.1");
    }

    @Test
    void whatIsNotFiniteOrFailedGoesOnOnlyIfNothingElseCan() throws IOException {
        Sweep sweep = halving(4);
        List<RunConfig> first = configs(sweep);
        finish(first.get(0), Double.NaN);
        finish(first.get(1), Double.POSITIVE_INFINITY);
        finish(first.get(2), 7.0);

        assertThat(sweep.halving().orElseThrow().next(0, first, store).get(0).model().dropout())
                .isEqualTo(first.get(2).model().dropout());
        assertThatThrownBy(
                        () -> sweep.halving().orElseThrow().next(0, List.of(first.get(3)), store))
                .hasMessageContainingAll("rung 1 of 3", "none is finished");
    }

    @Test
    void ofAccuraciesTheHighestIsBest() throws IOException {
        Sweep sweep =
                read(
                        "{'profile': 'smoke', 'search': {"
                                + HALVING.replace("best_val_loss", "val_accuracy")
                                + ", 'runs': 4, 'space': {'task': ['cifar10'], "
                                + DROPOUT
                                + "}}}");
        List<RunConfig> first = configs(sweep);
        for (int i = 0; i < 4; i++) {
            finish(store, first.get(i), "accuracy", i / 10.0);
        }

        assertThat(sweep.halving().orElseThrow().next(0, first, store))
                .extracting(run -> run.model().dropout())
                .containsExactly(first.get(3).model().dropout(), first.get(2).model().dropout());
    }

    @Test
    void aRunWithoutTheMetricIsNamed() throws IOException {
        Sweep sweep = halving(2);
        List<RunConfig> first = configs(sweep);
        finish(first.get(0), 1.0);
        finish(store, first.get(1), "accuracy", 1.0);

        assertThatThrownBy(() -> sweep.halving().orElseThrow().next(0, first, store))
                .hasMessageContainingAll(
                        "run " + first.get(1).id() + " has no metric 'best_val_loss'",
                        "val_accuracy");
    }

    @Test
    void mistakesNameTheKeyAndWhatWasExpected() {
        refused("{'profile': 'smoke'}", "'grids' is missing");
        refused("{'profile': 'smoke', 'grids': []}", "needs at least one grid, or a search");
        refused("{'profile': 'smoke', 'search': []}", "key 'search' must be");
        search("'kind': 'grid'", "'kind' must be random or halving, but is \"grid\"");
        search("'runs': 4", "'kind' must be random or halving, but is null");
        search("'kind': 'random', 'runs': 4", "'seed' is missing");
        search(random("'runs': 0", DROPOUT), "runs must be at least 1, but is 0");
        search(
                random("'runs': 4, 'eta': 2", DROPOUT),
                "key 'eta' is of successive halving, but kind is random",
                "remove it");
        search(random("'runs': 4", "'task': ['e2e', 'e2e']"), "task", "each once");
        search("'kind': 'random', 'runs': 4, 'seed': 0, 'space': {}", "needs a list of tasks");
        axis("{'log': [0, 1]}", "'space.model.dropout'", "must begin above 0", "[0.0, 1.0]");
        axis("{'uniform': [0.3, 0.3]}", "the lower first, but is [0.3, 0.3]");
        axis("{'normal': [0, 1]}", "expected a list of values", "found {\"normal\":[0,1]}");
        axis("{'log': [1]}", "expected a list of values", "found {\"log\":[1]}");
        axis("{'log': {'low': 1, 'high': 2}}", "expected a list of values", "\"low\":1");
        axis("0.1", "expected a list of values", "found 0.1");
        axis("[]", "a list must have values");
        axis("null", "axis 'model.dropout' must have values, but is null");
        axis("{'uniform': [2, 3]}", "draw 1", "dropout must be at least 0 and below 1");
        search(
                random("'runs': 4, 'metric': 'test_accuracy'", DROPOUT),
                "'test_accuracy' is of the test data",
                "best_val_loss");
        search(random("'runs': 4, 'metric': 'hours'", DROPOUT), "but is 'hours'");
        halvingRefused("[1, 2, 4]", "[2]", "two rungs or more, ascending");
        halvingRefused("[1, 2, 4]", "[]", "two rungs or more, ascending");
        halvingRefused("[1, 2, 4]", "[2, 2]", "but is [2, 2]");
        halvingRefused("'eta': 2", "'eta': 1", "eta must be at least 2, but is 1");
        halvingRefused(DROPOUT, "'train.epochs': [1, 2]", "the rungs set train.epochs");
        halvingRefused("['cifar10']", "['cifar10', 'shakespeare']", "[cifar10, shakespeare]");
        refused(
                "{'profile': 'smoke', 'grids': [{'task': ['cifar10'], 'train.epochs': [5, 7]}], 'search': {"
                        + HALVING
                        + ", 'runs': 4, 'space': {'task': ['cifar10']}}}",
                "the rungs set train.epochs",
                "[5, 7]");
    }

    private void axis(String values, String... words) {
        search(random("'runs': 4", "'model.dropout': " + values), words);
    }

    private static String random(String head, String axis) {
        String task = axis.contains("'task'") ? "" : "'task': ['cifar10'], ";
        return "'kind': 'random', 'seed': 0, " + head + ", 'space': {" + task + axis + "}";
    }

    private void halvingRefused(String was, String is, String... words) {
        String good = HALVING + ", 'runs': 4, 'space': {'task': ['cifar10'], " + DROPOUT + "}";
        search(good.replace(was, is), words);
    }

    private void search(String content, String... words) {
        refused("{'profile': 'smoke', 'search': {" + content + "}}", words);
    }

    private void refused(String text, String... words) {
        assertThatThrownBy(() -> configs(read(text))).hasMessageContainingAll(words);
    }

    private List<RunConfig> drawn(int runs, int seed, String... axes) throws IOException {
        return configs(read("{'profile': 'smoke', 'search': " + random(runs, seed, axes) + "}"));
    }

    private static String random(int runs, int seed, String... axes) {
        return String.join(
                "",
                "{'kind': 'random', 'runs': " + runs + ", 'seed': " + seed + ", 'space': {",
                "'task': ['cifar10'], " + String.join(", ", axes) + "}}");
    }

    private Sweep halving(int runs) throws IOException {
        return read(
                "{'profile': 'smoke', 'search': {"
                        + HALVING
                        + ", 'runs': "
                        + runs
                        + ", 'space': {'task': ['cifar10'], "
                        + DROPOUT
                        + "}}}");
    }

    private List<RunConfig> configs(Sweep sweep) {
        return sweep.configs(DataFolder.at(folder));
    }

    private Sweep read(String text) throws IOException {
        Path file = folder.resolve("sweep.json");
        Files.writeString(file, text.replace('\'', '"'));
        return Sweep.read(file);
    }

    private void finish(RunConfig config, double loss) {
        finish(store, config, loss);
    }

    private static void finish(RunStore store, RunConfig config, double loss) {
        finish(store, config, "loss", loss);
    }

    private static void finish(RunStore store, RunConfig config, String metric, double value) {
        try (Run run = store.open(config.id(), config.json())) {
            run.append(List.of(new MetricRow(1, 1, "val", metric, value)));
            run.finish(
                    Manifest.begin(
                            "cpu()",
                            "engine",
                            new Provenance("set", "files", false, "00"),
                            Instant.EPOCH),
                    Map.of(),
                    List.of());
        }
    }
}
