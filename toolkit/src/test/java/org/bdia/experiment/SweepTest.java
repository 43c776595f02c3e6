package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.DataFolder;
import org.bdia.report.Profile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SweepTest {
    private static final String METHODS =
            "'method': [{'name': 'standard'}, {'name': 'bdia', 'gamma': 0.5, 'level': 9, 'per': 'SAMPLE'}]";

    @TempDir private Path folder;

    @Test
    void aGridIsEveryCombinationSeedBySeed() throws IOException {
        List<RunConfig> configs =
                configs(
                        "{'task': ['cifar10'], "
                                + METHODS
                                + ", 'model.dropout': [0, 0.1], 'seed': [4, 2]}");
        assertThat(configs).hasSize(8).doesNotHaveDuplicates();
        assertThat(configs)
                .extracting(RunConfig::seed)
                .containsExactly(4L, 4L, 4L, 4L, 2L, 2L, 2L, 2L);
        assertThat(configs)
                .extracting(RunConfig::backprop)
                .startsWith(Backprop.STORE, Backprop.STORE, Backprop.REVERSIBLE);
        assertThat(configs).extracting(c -> c.model().dropout()).startsWith(0.0, 0.1, 0.0, 0.1);
        assertThat(configs.get(0).model()).isEqualTo(VitConfig.smoke());
    }

    @Test
    void withoutAxesThereIsThePreset() throws IOException {
        for (String task : Workload.names()) {
            var preset = Workload.preset(task, environment());
            assertThat(configs("{'task': ['" + task + "']}"))
                    .containsExactly(
                            preset.variants(Variant.of(Method.standard())).configs().get(0))
                    .extracting(config -> config.task().label())
                    .containsExactly(task.replace("-brief", ""));
        }
    }

    @Test
    void gridsAreAddedUpAndARunInTwoCountsOnce() throws IOException {
        String grid = "{'task': ['cifar10'], 'seed': [0, 1]}";
        assertThat(configs(grid, grid, "{'task': ['cifar10'], 'seed': [1, 2]}")).hasSize(3);
    }

    @Test
    void anObjectComesBeforeTheKeysInsideIt() throws IOException {
        String schedule =
                "'train.schedule': [{'name': 'warmup-cosine', 'peak': 1.0, 'warmup': 3, 'floor': 0.5}]";
        RunConfig config =
                configs("{'task': ['cifar10'], 'train.schedule.peak': [0.25], " + schedule + "}")
                        .get(0);
        assertThat(Json.canonical(config.train().schedule())).contains("0.25", "0.5", "3");
    }

    @Test
    void mistakesNameTheKeyAndWhatWasExpected() {
        refused("{'seed': [0]}", "every grid needs the axis 'task'");
        refused("{'task': ['mnist']}", "there is no task 'mnist'; choose one of [cifar10, ");
        refused("{'task': ['cifar10'], 'seed': []}", "axis 'seed' must have values");
        refused("{'task': ['cifar10'], 'seed': [1, 1]}", "axis 'seed' must have values, each once");
        refused(
                "{'task': ['cifar10'], 'model.dropuot': [0]}",
                "grid 1: axis 'model.dropuot' is no key of cifar10's configuration",
                "dropout",
                "found 'dropuot'");
        refused(
                "{'task': ['cifar10'], 'model.dropout': ['high']}",
                "key 'model.dropout' must be double");
        refused("{'task': ['cifar10'], 'model.dropout': [1.5]}", "dropout", "1.5");
        refused(
                "{'task': ['cifar10'], 'method': [{'name': 'bida'}]}",
                "\"bida\"; expected one of [bdia");
        refused(
                "{'task': ['cifar10'], 'backprop': ['REVERSIBLE']}",
                "needs a method with an inverse");
        refused("{'task': null}", "axis 'task' must have values, each once, but is null");
        assertThatThrownBy(
                        () ->
                                read(
                                        "{'profile': 'smoke', 'grids': [{'task': ['e2e']}], 'grid': []}"))
                .hasMessageContaining("sweep.json")
                .hasMessageContaining(
                        "'grid' is unknown; expected one of [grids, profile, search]");
        assertThatThrownBy(() -> read("{'profile': 'huge', 'grids': []}"))
                .hasMessageContaining("there is no profile 'huge'");
    }

    @Test
    void sharesPartitionTheRunsAndKeepWhatNeedsEachOtherTogether() throws IOException {
        SweepPlan plan =
                SweepPlan.of(
                        configs(
                                "{'task': ['e2e', 'cifar10'], "
                                        + METHODS
                                        + ", 'seed': [0, 1, 2]}"));
        assertThat(plan.items()).as("3 pretraining runs beside").hasSize(15);
        for (int n = 1; n <= 10; n++) {
            List<SweepPlan.Item> together = new ArrayList<>();
            for (int i = 1; i <= n; i++) {
                List<SweepPlan.Item> share = plan.share(i, n).items();
                List<String> ids = share.stream().map(SweepPlan.Item::id).toList();
                for (SweepPlan.Item item : share) {
                    item.needs().ifPresent(first -> assertThat(ids).contains(first));
                }
                together.addAll(share);
            }
            assertThat(together).containsExactlyInAnyOrderElementsOf(plan.items());
        }
        assertThatThrownBy(() -> plan.share(0, 3)).hasMessageContaining("1/3 … 3/3, but is 0/3");
        assertThatThrownBy(() -> plan.share(4, 3)).hasMessageContaining("but is 4/3");
    }

    @Test
    void aPartOfAPlanHasWhatItNeedsAndItsLabels() throws IOException {
        List<RunConfig> configs =
                configs("{'task': ['e2e'], 'model.dropout': [0, 0.2], 'seed': [0, 1]}");
        SweepPlan part = SweepPlan.of(configs).only(configs.subList(1, 2));
        assertThat(part.items())
                .extracting(SweepPlan.Item::label)
                .containsExactly("pretraining", "standard+dropout0.2");
        assertThat(part.items().get(1).needs()).contains(part.items().get(0).id());
    }

    @Test
    void theExampleIsASweep() {
        Sweep example = Sweep.read(Path.of("../notebooks/sweeps/dropout.json"));
        SweepPlan plan = SweepPlan.of(example.configs(DataFolder.at(folder)));
        assertThat(plan.items()).hasSize(24);
        assertThat(plan.items())
                .extracting(SweepPlan.Item::label)
                .containsOnly("standard", "standard+dropout0.1", "standard+dropout0.2", "bdia");
    }

    /** So the preset is the one that was searched. */
    @ParameterizedTest
    @CsvSource({"cifar10, 36", "shakespeare, 16", "translation, 12"})
    void theRunsOfASearchAreArchived(String task, int runs) {
        Sweep search = Sweep.read(Path.of("../notebooks/sweeps/regime-" + task + ".json"));
        assertThat(search.configs(DataFolder.at(folder)))
                .hasSize(runs)
                .allSatisfy(
                        run ->
                                assertThat(Path.of("../notebooks/results/runs", run.id() + ".json"))
                                        .exists());
    }

    private void refused(String grid, String... words) {
        assertThatThrownBy(() -> configs(grid)).hasMessageContainingAll(words);
    }

    private List<RunConfig> configs(String... grids) throws IOException {
        return read("{'profile': 'smoke', 'grids': [" + String.join(", ", grids) + "]}")
                .configs(DataFolder.at(folder));
    }

    @Test
    void aFileThatAnEditorOnWindowsSavedIsTheSameSweep() throws IOException {
        String text = Files.readString(Path.of("../notebooks/sweeps/dropout.json"));

        assertThat(read("\uFEFF" + text.replace("\n", "\r\n"))).isEqualTo(read(text));
    }

    private Sweep read(String text) throws IOException {
        Path file = folder.resolve("sweep.json");
        Files.writeString(file, text.replace('\'', '"'));
        return Sweep.read(file);
    }

    private Environment environment() {
        return new Environment(Profile.SMOKE, DataFolder.at(folder), "1");
    }
}
