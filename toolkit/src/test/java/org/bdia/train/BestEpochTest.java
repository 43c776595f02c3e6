package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The best epoch's weights and early stopping, on validation losses that are given: epochs of 2 steps. */
class BestEpochTest extends TensorTest {

    private static final double[] LOSSES = {5, 3, 2, 2, 4, 1, 6};
    private static final String WEIGHTS = "weights.safetensors";

    private final List<TrainEvent> events = new ArrayList<>();
    private final Map<Integer, List<ByteBuffer>> weightsOfEpochs = new HashMap<>();
    @TempDir private Path folder;

    @Test
    void theEarliestOfTheBestEpochsIsKeptWithItsWeights() throws IOException {
        train(config(4), folder, () -> false);

        assertThat(names(folder)).containsExactly("best-4", "checkpoint-6", "checkpoint-8");
        VisionTransformer best = model(9);
        Checkpoint.loadBestWeights(folder, "abc", best);
        assertThat(bytes(best)).isEqualTo(weightsOfEpochs.get(2));
        VisionTransformer last = model(9);
        Checkpoint.loadWeights(folder, "abc", last);
        assertThat(bytes(last)).isEqualTo(weightsOfEpochs.get(4)).isNotEqualTo(bytes(best));
    }

    @Test
    void aRunThatGoesOnFromAnEarlierCheckpointEndsWithTheSameFiles() throws IOException {
        Path whole = folder.resolve("whole");
        train(config(6), whole, () -> false);
        Path parts = folder.resolve("parts");
        train(config(6), parts, () -> reached(10));
        assertThat(names(parts)).contains("best-4", "best-10", "checkpoint-8", "checkpoint-10");

        Files.delete(parts.resolve("checkpoint-10/state.json")); // damaged after best-10
        train(config(6), parts, () -> reached(9));
        assertThat(names(parts)).contains("best-4").doesNotContain("best-10");
        train(config(6), parts, () -> false);

        assertThat(names(parts)).isEqualTo(names(whole)).contains("best-10");
        for (String file : List.of("best-10/" + WEIGHTS, "best-10/state.json")) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    @Test
    void whatAnAttemptWithoutACheckpointLeftIsForgotten() throws IOException {
        train(config(6), folder, () -> reached(10));
        for (String name : List.of("checkpoint-8", "checkpoint-10")) {
            Files.delete(folder.resolve(name).resolve("state.json"));
            Files.move(folder.resolve(name), folder.resolve("aside-" + name));
        }
        train(config(6), folder, () -> reached(2));

        assertThat(names(folder)).contains("best-2").doesNotContain("best-10");
    }

    @Test
    void trainingStopsWhenThePatienceIsUsedUpAndStaysStopped() {
        List<Double> full = rates(config(6));
        assertThat(train(config(6).withPatience(2), folder, () -> false)).isTrue();

        assertThat(rates()).hasSize(8).isEqualTo(full.subList(0, 8)); // the schedule of 6 epochs
        assertThat(events).contains(new TrainEvent.Stopped(8, 4, 2));
        assertThat(events.get(events.size() - 1)).isInstanceOf(TrainEvent.Checkpointed.class);
        assertThat(events.stream().filter(BestEpochTest::isTest)).hasSize(1);
        events.clear();
        assertThat(train(config(6).withPatience(2), folder, () -> false)).isTrue();
        assertThat(events).hasSize(1).first().isInstanceOf(TrainEvent.Resumed.class);
    }

    @Test
    void trainingThatIsInterruptedStopsWhereUninterruptedTrainingDoes() throws IOException {
        TrainConfig config = config(6).withPatience(2).withCheckpointEvery(3);
        Path whole = folder.resolve("whole");
        train(config, whole, () -> false);
        Path parts = folder.resolve("parts");
        for (int stop : new int[] {5, 7}) {
            train(config, parts, () -> reached(stop));
        }
        train(config, parts, () -> false);

        for (String file : List.of("checkpoint-8/" + WEIGHTS, "best-4/" + WEIGHTS)) {
            assertThat(parts.resolve(file)).hasSameBinaryContentAs(whole.resolve(file));
        }
    }

    @Test
    void patienceCountsEpochsNotEvaluations() {
        train(config(6).withPatience(3).withEvaluateEvery(2), folder, () -> false);

        assertThat(events).noneMatch(TrainEvent.Stopped.class::isInstance); // 2, 4, 6: 6 − 2 > 3
        events.clear();
        Path other = folder.resolve("other");
        train(config(6).withPatience(1).withEvaluateEvery(2), other, () -> false);
        assertThat(events).contains(new TrainEvent.Stopped(8, 4, 2));
    }

    @Test
    void aFolderWithoutBestWeightsSaysWhatToDo() throws IOException {
        train(config(6), folder, () -> reached(6));
        delete("best-4");

        assertThatThrownBy(() -> Checkpoint.loadBestWeights(folder, "abc", model(9)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        folder + ": expected the weights of the epoch with the lowest")
                .hasMessageContaining("began before such weights were kept")
                .hasMessageEndingWith("or remove the folder and train it again without an archive");
        TrainConfig patient = config(6).withPatience(2);
        assertThatThrownBy(() -> train(patient, folder, () -> false))
                .hasMessageContaining(
                        "early stopping cannot go on; remove the run's folder to start over");
        events.clear();
        train(config(6), folder, () -> false);
        assertThat(names(folder)).noneMatch(name -> name.startsWith("best-"));
        assertThat(events.get(1))
                .isEqualTo(
                        new TrainEvent.Refused(
                                6,
                                folder
                                        + ": expected the weights of the epoch with the lowest validation loss"
                                        + " beside the checkpoint, found none, so that the best epoch is not known"
                                        + " and none is kept; to have one, remove the run's folder and train it"
                                        + " again"));
    }

    @Test
    void aRunThatGoesOnWithDamagedBestWeightsSaysSo() throws IOException {
        train(config(6), folder, () -> reached(6));
        Path file = folder.resolve("best-4").resolve(WEIGHTS);
        Files.write(file, new byte[9]);
        TrainConfig patient = config(6).withPatience(2);
        assertThatThrownBy(() -> train(patient, folder, () -> false))
                .hasMessageStartingWith(file + " is damaged: its SHA-256 is ")
                .hasMessageEndingWith(
                        "so that early stopping cannot go on; remove the run's folder to start over");
        events.clear();
        train(config(6), folder, () -> false);

        assertThat(events.get(1))
                .isInstanceOfSatisfying(
                        TrainEvent.Refused.class,
                        refused ->
                                assertThat(refused.message())
                                        .startsWith(file + " is damaged: its SHA-256 is ")
                                        .contains("so that the best epoch is not known"));
        assertThatThrownBy(() -> Checkpoint.bestStep(folder, "abc"))
                .hasMessageStartingWith(file + " is damaged: ");
    }

    /** The second kind cannot be read at all. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void damagedBestWeightsKeepNoAttemptFromItsCheckpoint(boolean unreadable) throws IOException {
        Path first = folder.resolve("first");
        train(config(6), first, () -> reached(6));
        Path weights = first.resolve("best-4").resolve(WEIGHTS);
        Files.delete(weights);
        if (unreadable) {
            Files.createDirectory(weights);
        } else {
            Files.write(weights, new byte[9]);
        }
        Path second = Files.createDirectory(folder.resolve("second"));

        assertThat(Checkpoint.copyNewest(List.of(first), "abc", second)).contains(first);
        assertThat(names(second)).containsExactly("checkpoint-6");
    }

    @Test
    void anAttemptGetsTheBestWeightsBesideItsCheckpoint() throws IOException {
        Path first = folder.resolve("first");
        train(config(6), first, () -> reached(6));
        Path second = Files.createDirectory(folder.resolve("second"));

        assertThat(Checkpoint.copyNewest(List.of(first), "abc", second)).contains(first);
        assertThat(names(second)).containsExactly("best-4", "checkpoint-6");
    }

    @Test
    void damagedBestWeightsAreRefused() throws IOException {
        train(config(4), folder, () -> false);
        Files.write(folder.resolve("best-4").resolve(WEIGHTS), new byte[9]);

        assertThatThrownBy(() -> Checkpoint.loadBestWeights(folder, "abc", model(9)))
                .hasMessageContaining("best-4/" + WEIGHTS + " is damaged: its SHA-256 is")
                .hasMessageContaining(
                        "use the weights of the last epoch, or remove the run's folder");
        assertThatThrownBy(() -> Checkpoint.loadBestWeights(folder, "abd", model(9)))
                .hasMessageContaining("belongs to configuration abc, but this run's is abd");
    }

    @Test
    void patienceNeedsValidationData() {
        Task none = new ImageTask(SyntheticImages.split(10, 20, 0, 1, 3), Augmentation.none());
        Trainer trainer = new Trainer(model(5), none, config(2).withPatience(1), 1);

        assertThatThrownBy(() -> trainer.train(manager))
                .hasMessageContaining("patience is 1, but the task has no validation data");
        assertThatThrownBy(() -> config(2).withPatience(-1))
                .hasMessageContaining("patience must be at least 1 epoch, or 0");
    }

    private static TrainConfig config(int epochs) {
        return TrainConfig.of(epochs, 10, 1e-3);
    }

    private boolean train(TrainConfig config, Path run, BooleanSupplier stop) {
        VisionTransformer model = model(5);
        return new Trainer(model, new Given(), config, 1)
                .withCheckpoints(run, "abc")
                .withStop(stop)
                .withEvents(
                        event -> {
                            events.add(event);
                            if (event instanceof TrainEvent.Evaluated evaluated) {
                                weightsOfEpochs.put(evaluated.epoch(), bytes(model));
                            }
                        })
                .train(manager);
    }

    private List<Double> rates(TrainConfig config) {
        new Trainer(model(5), new Given(), config, 1).withEvents(events::add).train(manager);
        List<Double> rates = rates();
        events.clear();
        return rates;
    }

    private List<Double> rates() {
        return events.stream()
                .filter(TrainEvent.Step.class::isInstance)
                .map(event -> ((TrainEvent.Step) event).learningRate())
                .toList();
    }

    private boolean reached(long step) {
        return !events.isEmpty() && events.get(events.size() - 1).step() >= step;
    }

    private static boolean isTest(TrainEvent event) {
        return event instanceof TrainEvent.Evaluated evaluated && evaluated.split().equals("test");
    }

    private VisionTransformer model(long seed) {
        var model = new VisionTransformer(SmallModels.VIT, Method.bdia(0.5), Backprop.REVERSIBLE);
        model.initialize(manager, seed);
        return model;
    }

    private static List<ByteBuffer> bytes(VisionTransformer model) {
        return Weights.of(model).stream().map(NDArray::toByteBuffer).toList();
    }

    private void delete(String name) throws IOException {
        for (String file : List.of(WEIGHTS, "state.json", "")) {
            Files.delete(folder.resolve(name).resolve(file));
        }
    }

    private static List<String> names(Path run) throws IOException {
        try (Stream<Path> entries = Files.list(run)) {
            return entries.map(path -> path.getFileName().toString()).sorted().toList();
        }
    }

    /** Images whose validation losses are {@link #LOSSES}. */
    private static final class Given extends ForwardingTask {

        private int epochs;

        Given() {
            super(new ImageTask(SyntheticImages.split(10, 20, 2, 1, 3), Augmentation.none()));
        }

        @Override
        public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
            epochs = epoch + 1;
            return super.training(manager, seed, epoch, index, batch);
        }

        @Override
        public Map<String, Double> summarise(Map<String, Double> means) {
            return Map.of("loss", LOSSES[epochs]);
        }
    }
}
