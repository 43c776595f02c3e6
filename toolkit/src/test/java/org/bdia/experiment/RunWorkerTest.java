package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.bdia.config.Backprop;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TaskConfig;
import org.bdia.data.Cifar;
import org.bdia.data.DataException;
import org.bdia.data.DataFolder;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;
import org.bdia.train.TrainEvent;
import org.bdia.train.TrainingAbortedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunWorkerTest {

    private static final RunConfig CONFIG = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 3);

    @TempDir private Path folder;

    @Test
    void aStoppedAndResumedRunLeavesTheFilesOfAnUninterruptedOne() throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        assertThat(work(whole, Long.MAX_VALUE)).isTrue();
        assertThat(work(parts, 2)).isFalse();
        assertThat(RunStore.at(parts).isDone(CONFIG.id())).isFalse();
        assertThat(work(parts, 7)).isFalse();
        assertThat(work(parts, Long.MAX_VALUE)).isTrue();

        for (String file :
                new String[] {"metrics.csv", "config.json", "checkpoint-10/weights.safetensors"}) {
            Path of = Path.of(CONFIG.id(), file);
            assertThat(parts.resolve(of)).hasSameBinaryContentAs(whole.resolve(of));
        }
        RunRecord record = RunStore.at(parts).read(CONFIG.id());
        assertThat(record.metrics())
                .extracting(MetricRow::split)
                .containsOnly("train", "val", "test");
        assertThat(record.manifest().get("data").get("synthetic").asBoolean()).isTrue();
    }

    /** Each writes other digits than 0 to 9, or another decimal point, unless told not to. */
    @ParameterizedTest
    @ValueSource(strings = {"fa-IR", "ar-EG", "bn-BD", "ne-NP", "mr-IN", "tr-TR", "de-DE"})
    void theUsersLanguageChangesNothing(String language) throws IOException {
        Path root = folder.resolve("root");
        Path local = folder.resolve("local");
        Locale before = Locale.getDefault();
        try {
            Locale.setDefault(Locale.ROOT);
            work(root, Long.MAX_VALUE);
            Locale.setDefault(Locale.forLanguageTag(language));
            assertThat(work(local, 7)).isFalse();
            Locale.setDefault(Locale.ROOT);
            assertThat(work(local, Long.MAX_VALUE)).isTrue();
        } finally {
            Locale.setDefault(before);
        }

        for (String file :
                new String[] {"metrics.csv", "config.json", "checkpoint-10/weights.safetensors"}) {
            Path of = Path.of(CONFIG.id(), file);
            assertThat(local.resolve(of)).hasSameBinaryContentAs(root.resolve(of));
        }
        assertThat(RunStore.at(local).read(CONFIG.id()).manifest().get("data"))
                .isEqualTo(RunStore.at(root).read(CONFIG.id()).manifest().get("data"));
    }

    @Test
    void aRunThatDiedBeforeItsFirstCheckpointBeginsAgainWithCleanMetrics() throws IOException {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        work(whole, Long.MAX_VALUE);
        try (Run run = RunStore.at(parts).open(CONFIG.id(), CONFIG.json())) {
            run.append(
                    List.of(
                            new MetricRow(0, 0, "val", "loss", 2),
                            new MetricRow(5, 1, "train", "loss", 1)));
        }
        assertThat(work(parts, Long.MAX_VALUE)).isTrue();

        Path metrics = Path.of(CONFIG.id(), "metrics.csv");
        assertThat(parts.resolve(metrics)).hasSameBinaryContentAs(whole.resolve(metrics));
    }

    /** At a rate of almost 0 no epoch is better than the weights that it begins with. */
    @Test
    void aRunThatStopsEarlySaysWhenAndWhichEpochWasBest() {
        RunConfig patient =
                CONFIG.withTrain(
                        CONFIG.train().withSchedule(new Schedule.Constant(1e-30)).withPatience(1));
        RunStore store = RunStore.at(folder);
        RunWorker worker = new RunWorker(patient, store, DataFolder.at(folder));
        worker.work(event -> {}, () -> false);

        List<MetricRow> rows = store.read(patient.id()).metrics();
        assertThat(rows)
                .contains(
                        new MetricRow(5, 1, "train", "stopped_epoch", 1),
                        new MetricRow(5, 1, "train", "best_epoch", 0))
                .allMatch(row -> row.epoch() <= 1);
        assertThat(rows).extracting(MetricRow::metric).contains("loss_at_best", "accuracy_at_best");
    }

    @Test
    void aRunWhoseBestWeightsAreDamagedSaysWhyScoresAreMissing() {
        RunStore store = RunStore.at(folder);
        Path run = store.root().resolve(CONFIG.id());
        List<TrainEvent> events = new ArrayList<>();
        new RunWorker(CONFIG, store, DataFolder.at(folder))
                .work(
                        event -> {
                            events.add(event);
                            if (event instanceof TrainEvent.Checkpointed at && at.step() == 10) {
                                damageBest(run);
                            }
                        },
                        () -> false);

        assertThat(store.read(CONFIG.id()).metrics())
                .noneMatch(row -> row.metric().endsWith("_at_best"));
        assertThat(events.get(events.size() - 1))
                .isInstanceOfSatisfying(
                        TrainEvent.Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .startsWith(
                                                "no test scores at the best epoch: "
                                                        + run
                                                        + "/best-")
                                        .contains("weights.safetensors is damaged: "));
    }

    private static void damageBest(Path run) {
        try (Stream<Path> files = Files.list(run)) {
            for (Path file : files.toList()) {
                if (file.getFileName().toString().startsWith("best-")) {
                    Files.write(file.resolve("weights.safetensors"), new byte[9]);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void metricsThatCannotBeWrittenEndTheRunAndTheLastCheckpointIsNamed() {
        Path run = folder.resolve("runs").resolve(CONFIG.id());
        RunWorker worker =
                new RunWorker(CONFIG, RunStore.at(folder.resolve("runs")), DataFolder.at(folder));

        assertThatThrownBy(() -> worker.work(event -> putFolderInTheWay(event, run), () -> false))
                .isInstanceOf(TrainingAbortedException.class)
                .hasMessageStartingWith("step 10: " + run.resolve("metrics.csv") + ": cannot be ")
                .hasMessageContaining("check space and permissions")
                .hasMessageEndingWith("the last checkpoint is " + run.resolve("checkpoint-5"));
    }

    /** Of the metrics, behind the checkpoint of the first of two epochs. */
    private static void putFolderInTheWay(TrainEvent event, Path run) {
        if (event instanceof TrainEvent.Checkpointed) {
            try {
                Files.delete(run.resolve("metrics.csv"));
                Files.createDirectory(run.resolve("metrics.csv"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void aResumedRunUsesThePlainKernelsThatItsManifestNames() throws IOException {
        Path runs = folder.resolve("parts");
        assertThat(work(runs, 7)).isFalse();
        Path manifest = runs.resolve(CONFIG.id()).resolve("manifest.json");
        String before = Files.readString(manifest);
        assertThat(before).contains("\"plainKernels\" : [ ]");
        Files.writeString(
                manifest,
                before.replace("\"plainKernels\" : [ ]", "\"plainKernels\" : [ \"WHOLE\" ]"));

        assertThat(work(runs, Long.MAX_VALUE)).isTrue();

        assertThat(Files.readString(manifest)).contains("\"plainKernels\" : [ \"WHOLE\" ]");
    }

    @Test
    void aClockSetBackFailsNoRun() {
        RunStore store = RunStore.at(folder.resolve("runs"));
        Iterator<Instant> times =
                Stream.iterate(
                                Instant.parse("2026-01-02T00:00:00Z"),
                                time -> time.minus(Duration.ofHours(1)))
                        .iterator();
        RunWorker worker = new RunWorker(CONFIG, store, DataFolder.at(folder), times::next);

        assertThat(worker.work(event -> {}, () -> false)).isTrue();
        assertThat(store.read(CONFIG.id()).manifest().get("hours").asDouble()).isBetween(0.0, 1.0);
    }

    /** A listener that fails stands for a kill: neither leaves the session time to write anything. */
    @Test
    void theTimeOfASessionThatWasKilledCountsUpToItsLastCheckpoint() {
        RunStore store = RunStore.at(folder.resolve("runs"));
        RunWorker worker = new RunWorker(CONFIG, store, DataFolder.at(folder));
        assertThatThrownBy(() -> worker.work(event -> killAt(8, event), () -> false))
                .hasMessageContaining("killed");
        Path manifest = store.root().resolve(CONFIG.id()).resolve("manifest.json");
        double killed = Json.tree(manifest).get("hours").asDouble();
        assertThat(killed).isPositive();

        assertThatThrownBy(() -> worker.work(event -> killAt(9, event), () -> false))
                .hasMessageContaining("killed");
        assertThat(Json.tree(manifest).get("hours").asDouble()).isEqualTo(killed);
        assertThat(worker.work(event -> {}, () -> false)).isTrue();
        assertThat(store.read(CONFIG.id()).manifest().get("hours").asDouble())
                .isGreaterThan(killed);
    }

    private static void killAt(long step, TrainEvent event) {
        if (event instanceof TrainEvent.Step made && made.step() == step) {
            throw new IllegalStateException("killed");
        }
    }

    /** At a rate of almost 0 epoch 0 is the best: its weights are read after the last step. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptAtTheVeryEndDoesNotUnmakeTheRun(boolean attempt) {
        RunConfig still =
                CONFIG.withTrain(CONFIG.train().withSchedule(new Schedule.Constant(1e-30)));
        RunStore store = RunStore.at(folder.resolve("runs"));
        RunWorker worker = new RunWorker(still, store, DataFolder.at(folder));

        boolean finished =
                (attempt ? worker.asAttempt() : worker)
                        .work(event -> interruptAt(10, event), () -> false);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(finished).isTrue();
        assertThat(store.read(still.id()).metrics())
                .extracting(MetricRow::metric)
                .contains("loss_at_best");
    }

    @Test
    void anInterruptBeforeTheFirstStepIsACheckpoint() {
        Path runs = folder.resolve("runs");
        assertThat(work(runs, 7)).isFalse();
        for (Path folderOfRuns : List.of(runs, folder.resolve("others"))) {
            Thread.currentThread().interrupt();
            boolean finished = work(folderOfRuns, Long.MAX_VALUE);

            assertThat(Thread.interrupted()).isTrue();
            assertThat(finished).isFalse();
            assertThat(work(folderOfRuns, Long.MAX_VALUE)).isTrue();
        }
    }

    private static void interruptAt(long step, TrainEvent event) {
        if (event instanceof TrainEvent.Step made && made.step() == step) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void missingDataNameTheFolderAndTheMend() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        RunConfig real =
                new RunConfig(
                        ((TaskConfig.Images) CONFIG.task()).withSynthetic(false),
                        CONFIG.model(),
                        CONFIG.method(),
                        CONFIG.backprop(),
                        false,
                        CONFIG.train(),
                        0);
        RunWorker worker =
                new RunWorker(real, RunStore.at(folder.resolve("runs")), DataFolder.at(empty));

        assertThat(((TaskConfig.Images) real.task()).kind()).isEqualTo(Cifar.Kind.CIFAR_10);
        assertThatThrownBy(() -> worker.work(event -> {}, () -> false))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(empty.toString())
                .hasMessageContaining("BDIA_DATA");
    }

    private static boolean work(Path runs, long stopAfter) {
        long[] step = new long[1];
        return new RunWorker(CONFIG, RunStore.at(runs), DataFolder.at(runs))
                .work(
                        event -> {
                            if (event instanceof TrainEvent.Step made) {
                                step[0] = made.step();
                            }
                        },
                        () -> step[0] >= stopAfter);
    }
}
