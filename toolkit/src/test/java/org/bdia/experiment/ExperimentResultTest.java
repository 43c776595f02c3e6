package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.DataFolder;
import org.bdia.nn.ReversibleModel;
import org.bdia.notebook.Shown;
import org.bdia.report.Profile;
import org.bdia.report.Result;
import org.bdia.run.RunStore;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExperimentResultTest {

    @TempDir private Path folder;

    @Test
    void childRunsAreFinishedReadTabulatedAndSkippedTheNextTime() {
        List<RunConfig> configs =
                List.of(
                        Runs.small(Method.standard(), Backprop.STORE, 0),
                        Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0),
                        Runs.small(Method.bdia(0.5), Backprop.STORE, 0));
        RunStore store = RunStore.at(folder);
        ExperimentResult result =
                new ExperimentResult(
                        Profile.SMOKE, ChildRuns.complete(Runs.planned(configs), store));

        assertThat(result.results())
                .filteredOn(row -> row.metric().equals("val_loss") && row.method().equals("bdia"))
                .extracting(Result::value)
                .hasSize(2)
                .containsOnly(result.compare("val_loss").summary("bdia").mean());
        double highest = result.compare("test accuracy").summary("bdia").mean() + 0.01;
        assertThat(
                        result.table()
                                .where(t -> t.numberColumn("test accuracy").isGreaterThan(highest))
                                .stringColumn("method")
                                .asList())
                .doesNotContain("bdia", "bdia (store)");
        assertThat(result.runs().sortDescendingOn("val_loss").rowCount()).isEqualTo(3);
        assertThat(result.runs().intColumn("epochs").asList()).containsOnly(2);
        assertThat(result.epochs().intColumn("epoch").max()).isEqualTo(2);
        assertThat(result.table().stringColumn("method").asList())
                .containsExactly("standard", "bdia", "bdia (store)");
        assertThat(result.difference("val_loss", "bdia", "bdia (store)"))
                .isEqualTo("validation loss, bdia − bdia (store): 0, no test: one seed (n = 1)");
        assertThat(result.compare("gap").summary("bdia").mean())
                .isEqualTo(
                        result.compare("val_loss").summary("bdia").mean()
                                - result.compare("train_loss").summary("bdia").mean());
        assertThatThrownBy(result::samples)
                .hasMessage("there are no samples: models of this task write nothing");
        ExperimentResult some = result.only("bdia", "bdia (store)");
        assertThat(some.table().stringColumn("method").asList())
                .containsExactly("bdia", "bdia (store)");
        assertThatThrownBy(() -> result.only("bdia", "revnet"))
                .hasMessage(
                        "there is no variant 'revnet'; choose from [standard, bdia, bdia (store)]");
        double lowest =
                Math.min(
                        result.compare("val_loss").summary("standard").mean(),
                        result.compare("val_loss").summary("bdia").mean());
        assertThat(result.compare("val_loss").summary(result.lowest("val_loss").label()).mean())
                .isEqualTo(lowest);
        for (String test : List.of("test_loss", "test loss")) {
            assertThatThrownBy(() -> result.lowest(test))
                    .hasMessageStartingWith(test + " is of the test data; choose by");
        }
        assertThat(result.curves("validation loss").caption().text()).contains("synthetic");
        assertThatThrownBy(() -> result.curves("loss"))
                .hasMessageContaining("there is no metric 'loss'; there are training loss")
                .hasMessageContaining("validation accuracy (val_accuracy)");
        var manifest = store.read(configs.get(0).id()).manifest();
        ChildRuns.complete(Runs.planned(configs), store);
        assertThat(store.read(configs.get(0).id()).manifest()).isEqualTo(manifest);
    }

    @Test
    void aTrainedModelComesBackAsItsRunLeftIt() {
        RunConfig config = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        RunStore store = RunStore.at(folder);
        ExperimentResult result =
                new ExperimentResult(
                        Profile.SMOKE, ChildRuns.complete(Runs.planned(List.of(config)), store));
        try (NDManager manager = NDManager.newBaseManager()) {
            TrainedModel.Weights last = TrainedModel.LAST;
            ReversibleModel model = result.model("bdia", 0, last, manager, store);
            ReversibleModel best = result.model("bdia", 0, TrainedModel.BEST, manager, store);
            Task task = Workload.of(config, DataFolder.fromEnvironment(), store).task();

            assertThat(loss(model, task, manager, Task.Split.VALIDATION))
                    .isEqualTo(result.compare("val_loss").summary("bdia").mean());
            assertThat(loss(best, task, manager, Task.Split.VALIDATION))
                    .isEqualTo(result.compare("best_val_loss").summary("bdia").mean());
            assertThat(loss(best, task, manager, Task.Split.TEST))
                    .isEqualTo(result.compare("test_loss_at_best").summary("bdia").mean());
            Workload workload = Workload.of(config, DataFolder.fromEnvironment(), store);
            assertThat(workload.classify(model, manager, new byte[3072]))
                    .hasSize(10)
                    .satisfies(
                            classes ->
                                    assertThat(classes.values().stream().mapToDouble(p -> p).sum())
                                            .isCloseTo(1, within(1e-6)));
            assertThat(List.copyOf(workload.classify(model, manager, new byte[3072]).values()))
                    .isSortedAccordingTo(Comparator.reverseOrder());
            assertThatThrownBy(() -> workload.classify(model, manager, new byte[10]))
                    .hasMessage(
                            "the image has 10 bytes, but the model takes 32 × 32 pixels, 3 bytes each; read its file by"
                                    + " ImageFolder.image(path, 32)");
            assertThatThrownBy(() -> result.classify("bdia", 0, new byte[3 * 16 * 16]))
                    .hasMessageStartingWith(
                            "the image has 16 × 16 pixels, but the model takes 32 × 32 pixels");
            assertThatThrownBy(() -> workload.write(model, manager, List.of("Hello")))
                    .hasMessageContaining("write no text; they classify images");
            assertThatThrownBy(() -> result.model("bdia", 1, last, manager, store))
                    .hasMessage("there is no run of 'bdia' with seed 1; choose from [0]");
            assertThatThrownBy(() -> result.model("revnet", 0, last, manager, store))
                    .hasMessageContaining("there is no variant 'revnet'");
        }
    }

    private static double loss(
            ReversibleModel model, Task task, NDManager manager, Task.Split split) {
        return new Evaluation(model, task, TrainConfig.of(1, 10, 1e-3))
                .measure(manager, split, 0)
                .get("loss");
    }

    @Test
    void anInterruptedExperimentLeavesACheckpointAndNoChild() throws Exception {
        RunConfig endless = Runs.endless();
        RunStore store = RunStore.at(folder);
        Path metrics = folder.resolve(endless.id()).resolve("metrics.csv");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread cell =
                new Thread(() -> ChildRuns.complete(Runs.planned(List.of(endless)), store), "cell");
        cell.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        List<String> texts;
        try (Shown shown = Shown.attach()) {
            cell.start();
            while (cell.isAlive()
                    && !(Files.exists(metrics) && Files.readString(metrics).contains("train"))) {
                Thread.sleep(50);
            }
            cell.interrupt();
            cell.join();
            texts = shown.texts();
        }

        assertThat(texts.get(0)).startsWith("run 1 of 1").endsWith("starting, 0 s");
        assertThat(texts).anyMatch(text -> text.matches(".* starting, [1-9]\\d* s"));
        assertThat(texts)
                .filteredOn(text -> text.startsWith("run"))
                .last()
                .asString()
                .endsWith("· interrupted");
        assertThat(thrown.get())
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("goes on from its checkpoint next time");
        try (Stream<Path> files = Files.list(folder.resolve(endless.id()))) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("checkpoint-"));
        }
        store.open(endless.id(), endless.json()).close(); // not locked: the child is gone
    }

    @Test
    void aChildThatFailsIsReportedWithTheEndOfItsLog() {
        RunConfig config = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        RunConfig impossible =
                new RunConfig(
                        ((TaskConfig.Images) config.task()).withSizes(50, 0, 10),
                        config.model(),
                        config.method(),
                        config.backprop(),
                        true,
                        config.train().withPatience(1),
                        0);
        assertThatThrownBy(
                        () ->
                                ChildRuns.complete(
                                        Runs.planned(List.of(impossible)), RunStore.at(folder)))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("run " + impossible.id() + " (bdia, seed 0) failed")
                .hasMessageContaining("patience is 1, but the task has no validation data");
    }

    @Test
    void aChildThatIsKilledIsReportedAndTheOthersGoOn() throws Exception {
        RunConfig endless = Runs.endless();
        RunConfig other = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 1);
        RunStore store = RunStore.at(folder);
        Path owner = folder.resolve(endless.id()).resolve("lock.owner");
        Thread killer =
                new Thread(
                        () -> {
                            while (!Files.exists(owner)) {
                                Thread.onSpinWait();
                            }
                            kill(owner);
                        });
        killer.setDaemon(true);
        killer.start();

        assertThatThrownBy(() -> ChildRuns.complete(Runs.planned(List.of(endless, other)), store))
                .isInstanceOf(ExperimentException.class)
                .hasMessageStartingWith("1 of 2 runs failed; the others are finished")
                .hasMessageContaining("run " + endless.id() + " (bdia, seed 0) failed; the end of")
                .hasMessageContaining("it ended with signal 9 (killed");
        assertThat(store.isDone(other.id())).isTrue();
        assertThat(store.isDone(endless.id())).isFalse();
    }

    /** Ends the process that a lock names. */
    private static void kill(Path owner) {
        try {
            String pid = Files.readString(owner).replaceAll("process (\\d+) [^$]*", "$1");
            ProcessHandle.of(Long.parseLong(pid)).orElseThrow().destroyForcibly();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
