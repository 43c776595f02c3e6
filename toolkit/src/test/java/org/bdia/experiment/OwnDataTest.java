package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.data.DataException;
import org.bdia.data.DataFolder;
import org.bdia.data.ImageFolder;
import org.bdia.data.ImageSet;
import org.bdia.data.Parts;
import org.bdia.notebook.Shown;
import org.bdia.run.MetricRow;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;
import org.bdia.run.Sample;
import org.bdia.train.TrainEvent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs on data of a user's own: images, text, pairs and completions that the test writes. */
class OwnDataTest {

    @TempDir private Path root;
    private OwnFiles files;

    @BeforeEach
    void place() {
        files = new OwnFiles(root);
    }

    private boolean work(RunConfig config, String runs, long stopAfter) {
        long[] step = new long[1];
        RunStore store = RunStore.at(root.resolve(runs));
        return new RunWorker(config, store, DataFolder.at(root))
                .work(
                        event -> {
                            if (event instanceof TrainEvent.Step made) {
                                step[0] = made.step();
                            }
                        },
                        () -> step[0] >= stopAfter);
    }

    private RunConfig config(String kind) {
        RunConfig config = files.experiment(kind).configs().get(0);
        assertThat(Json.parse(config.json(), RunConfig.class, "a test")).isEqualTo(config);
        return config;
    }

    @ParameterizedTest
    @ValueSource(strings = {"images", "text", "pairs", "completions"})
    void aResumedRunEndsLikeAnUninterruptedOne(String kind) throws IOException {
        RunConfig config = config(kind);
        assertThat(work(config, "whole", Long.MAX_VALUE)).isTrue();
        assertThat(work(config, "parts", 2)).isFalse();
        assertThat(work(config, "parts", Long.MAX_VALUE)).isTrue();

        Path whole = root.resolve("whole").resolve(config.id());
        Path parts = root.resolve("parts").resolve(config.id());
        List<Path> written;
        try (Stream<Path> all = Files.walk(whole)) {
            written =
                    all.map(whole::relativize)
                            .filter(f -> f.toString().matches(".*(csv|safetensors|samples.json)"))
                            .toList();
        }
        assertThat(written).hasSizeGreaterThan(5);
        for (Path file : written) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
        RunRecord record = RunStore.at(root.resolve("whole")).read(config.id());
        assertThat(record.data().synthetic()).isFalse();
        assertThat(record.data().name()).startsWith(kind.equals("images") ? "images, " : "own.");
        assertThat(record.metrics()).extracting(MetricRow::split).contains("train", "val", "test");
        answers(kind, config, record);
    }

    private void answers(String kind, RunConfig config, RunRecord record) {
        RunStore store = RunStore.at(root.resolve("whole"));
        DataFolder folder = DataFolder.at(root);
        if (kind.equals("images")) {
            byte[] image = ImageFolder.image(root.resolve("images/dog/3.png"), OwnFiles.SIDE);
            Map<String, Double> classes =
                    TrainedModel.use(
                            config,
                            Workload.of(config, folder, store),
                            store,
                            (w, m, own) -> w.classify(m, own, image));
            assertThat(classes.keySet()).containsExactlyInAnyOrder("cat", "dog", "owl");
            assertThat(classes.values().stream().mapToDouble(p -> p).sum())
                    .isCloseTo(1, within(1e-6));
        } else {
            Sample first = record.samples().get(0);
            for (String input : List.of(first.input(), asTyped(kind, first.input()))) {
                List<String> texts =
                        TrainedModel.use(
                                config,
                                Workload.of(config, folder, store),
                                store,
                                (w, m, own) -> w.write(m, own, List.of(input)));
                assertThat(texts).containsExactly(first.output());
            }
        }
    }

    /** The same text in a form that the loader does not keep. */
    private static String asTyped(String kind, String text) {
        return switch (kind) {
            case "text" -> "\uFEFF" + text;
            case "pairs" -> text.replace(" ", "\u00A0\u202F") + "\r";
            default -> "\r\n " + text + "\r\n";
        };
    }

    @Test
    void dataThatChangedBetweenARunAndItsResumeAreRefused() throws IOException {
        RunConfig config = config("images");
        work(config, "runs", 2);
        files.image("images/owl/3.png", 0, 3);
        assertThatThrownBy(() -> work(config, "runs", Long.MAX_VALUE))
                .isInstanceOf(FileException.class)
                .hasMessageContaining(config.id())
                .hasMessageContaining(
                        "the run was begun on Provenance[name=images, 25 images, 4 val")
                .hasMessageEndingWith("bring the data back, or remove the run's folder");
        files.image("images/owl/3.png", 2, 3);
        Files.move(root.resolve("images/owl/3.png"), root.resolve("images/cat/99.png"));
        assertThatThrownBy(() -> work(config, "runs", Long.MAX_VALUE))
                .hasMessageContaining("the run was begun on");
        Files.move(root.resolve("images/cat/99.png"), root.resolve("images/owl/3.png"));
        assertThat(work(config, "runs", Long.MAX_VALUE)).isTrue();

        RunConfig text = config("text");
        work(text, "runs", 2);
        files.file("own.txt", OwnFiles.lines(90, "We saw #, and # saw me."));
        assertThatThrownBy(() -> work(text, "runs", Long.MAX_VALUE))
                .hasMessageContaining("the run was begun on Provenance[name=own.txt, ");
    }

    /** Its numbers would be of other data than those that the experiment names, its model of other classes. */
    @Test
    void aFinishedRunOnDataThatChangedSinceIsRefused() {
        RunConfig config = config("images");
        work(config, "runs", Long.MAX_VALUE);
        RunStore store = RunStore.at(root.resolve("runs"));
        assertThat(ChildRuns.complete(Runs.planned(List.of(config)), store)).hasSize(1);
        files.image("images/owl/3.png", 0, 3);
        String changed = store.root().resolve(config.id()) + ": the run was made on Provenance[";
        assertThatThrownBy(() -> ChildRuns.complete(Runs.planned(List.of(config)), store))
                .isInstanceOf(ExperimentException.class)
                .hasMessageStartingWith(changed)
                .hasMessageEndingWith("or remove the run's folder");
        assertThatThrownBy(
                        () ->
                                TrainedModel.use(
                                        config,
                                        Workload.of(config, DataFolder.at(root), store),
                                        store,
                                        (w, m, own) -> "model"))
                .hasMessageStartingWith(changed);
    }

    /** The folder of runs stays empty: no child process began. */
    @Test
    void whatCannotBeTrainedIsRefusedBeforeAChildBegins() {
        TrainingExperiment<?, ?> images = files.ofImages();
        RunStore store = RunStore.at(root.resolve("none"));
        assertThatThrownBy(() -> complete(images.train(t -> t.withBatch(26)), store))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the 25 training samples do not fill one batch of 26; lower the batch size");
        try (Shown shown = Shown.attach()) {
            assertThatThrownBy(() -> complete(Experiment.text(root.resolve("no.txt")), store))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("no.txt: found no such file");
            assertThat(shown.texts()).hasSize(2);
            assertThat(shown.texts().get(0)).startsWith("run 1 of ").endsWith("starting, 0 s");
            assertThat(shown.texts().get(1)).startsWith("run 1 of ").endsWith(" · not begun");
        }
        assertThatThrownBy(
                        () ->
                                complete(
                                        Experiment.cifar10()
                                                .task(t -> t.withSizes(54, 10, 10))
                                                .train(t -> t.withBatch(64)),
                                        store))
                .hasMessageStartingWith("the 54 training samples do not fill one batch of 64;");
        assertThat(store.root()).doesNotExist();
    }

    @Test
    void aLargeShareThatFillsNoBatchIsSaid() {
        TrainingExperiment<?, ?> images =
                files.ofImages().train(t -> t.withSchedule(new Schedule.Constant(1e-3)));
        RunStore store = RunStore.at(root.resolve("none"));
        assertThat(ChildRuns.requireReady(images.configs(), store)).isEmpty();
        assertThat(ChildRuns.requireReady(images.train(t -> t.withBatch(14)).configs(), store))
                .containsExactly(
                        "an epoch leaves out 11 of the 25 training samples, which fill no batch of 14; a smaller batch"
                                + " leaves out fewer");
    }

    @Test
    void aRunThatEndsWithinItsWarmUpIsSaid() {
        TrainingExperiment<?, ?> images =
                files.ofImages()
                        .train(t -> t.withSchedule(new Schedule.WarmupCosine(4e-3, 12, 0.01)));
        RunStore store = RunStore.at(root.resolve("none"));
        assertThat(ChildRuns.requireReady(images.epochs(5).configs(), store)).isEmpty();
        assertThat(ChildRuns.requireReady(images.epochs(4).configs(), store)).hasSize(1);
        assertThat(ChildRuns.requireReady(images.epochs(2).configs(), store))
                .containsExactly(
                        "all 6 steps of a run are within the warm-up of 12: the learning rate rises to 0.00200 of"
                                + " 0.004, and never falls; train for more epochs, on smaller batches, or with a"
                                + " shorter warm-up, as in train(t -> t.withSchedule(new"
                                + " Schedule.WarmupCosine(0.004, 0, 0.01)))");
    }

    private static void complete(TrainingExperiment<?, ?> experiment, RunStore store) {
        ChildRuns.complete(Runs.planned(experiment.configs()), store, Optional.empty());
    }

    @Test
    void imagesMayHaveAnySide() {
        for (int side : new int[] {1, 9, 30, 31, 50, 225}) {
            assertThat(Experiment.images(files.images(), side).model().image()).isEqualTo(side);
        }
    }

    @Test
    void sizesAreSaidInOneWay() {
        assertThat(
                        Experiment.images(files.images(), ImageSet.SIDE)
                                .task(t -> t.withSizes(20, 3, 4))
                                .task())
                .isEqualTo(
                        Experiment.images(files.images(), ImageSet.SIDE)
                                .task(t -> t.withParts(new Parts(20, 3, 4)))
                                .task());
    }

    @Test
    void errorsNameFileAndLine() {
        files.file("two.tsv", "Go.\tVa !\nRun.\n");
        requireRefused(
                Experiment.pairs(root.resolve("two.tsv")), "two.tsv: expected ", "in line 2");
        files.file("two.csv", "prompt,completion\na,b\na,\n");
        requireRefused(
                Experiment.completions(root.resolve("two.csv")), "two.csv: expected ", "in line 3");
        files.file("head.csv", "text,label\na,b\n");
        requireRefused(
                Experiment.completions(root.resolve("head.csv")),
                "head.csv: expected the columns prompt and completion",
                "found the columns [text, label]");
        requireRefused(Experiment.text(root.resolve("no.txt")), "no.txt: found no such file", "");
        files.file("short.txt", "ab");
        requireRefused(Experiment.text(root.resolve("short.txt")), "short.txt: ", "ask for fewer");
        TrainingExperiment<?, ?> broken = files.ofImages();
        files.file("images/dog/4.png", "no image");
        requireRefused(broken, "4.png: expected a PNG or JPEG image", "take it out of the folder");
        files.file("images/dog/4.png", "");
        requireRefused(broken, "4.png: expected a PNG or JPEG image", "take it out of the folder");
    }

    private void requireRefused(TrainingExperiment<?, ?> experiment, String file, String line) {
        assertThatThrownBy(() -> work(experiment.configs().get(0), "runs", Long.MAX_VALUE))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(file)
                .hasMessageContaining(line);
    }

    @Test
    void theModelFitsTheImages() {
        TrainingExperiment<?, ?> three = files.ofImages();
        files.image("images/yak/0.png", 0, 1);
        assertThatThrownBy(() -> work(three.configs().get(0), "runs", Long.MAX_VALUE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "have 12 pixels a side and 4 classes, but the model is for 12 and 3")
                .hasMessageContaining("set it by model(m -> m.withImage(12).withClasses(4))");
    }
}
