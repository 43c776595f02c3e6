package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Schedule;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.StateRangeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainerTest extends TensorTest {

    private static final VitConfig SMALL =
            VitConfig.smoke().withWidth(8).withMlp(16).withDepth(2).withDropout(0.1);
    private static final TrainConfig CONFIG =
            TrainConfig.of(2, 10, 3e-3).withSchedule(new Schedule.WarmupCosine(3e-3, 3, 0.1));
    private static final TrainConfig WILD =
            CONFIG.withClipNorm(0).withSchedule(new Schedule.Constant(1e12));
    private static final Task TASK =
            new ImageTask(SyntheticImages.split(10, 55, 12, 7, 3), Augmentation.paper());

    private final List<TrainEvent> events = new ArrayList<>();
    @TempDir private Path folder;

    @Test
    void aResumedRunEndsWithTheBytesOfAnUninterruptedOne() throws IOException {
        Path whole = folder.resolve("whole");
        train(model(Method.bdia(0.5)), whole, () -> false);
        List<String> expected = evaluations();
        events.clear();

        Path parts = folder.resolve("parts");
        for (int stop :
                new int[] {3, 7}) { // in the middle of the first epoch of 5 steps, and the second
            boolean finished = train(model(Method.bdia(0.5)), parts, () -> reached(stop));
            assertThat(finished).isFalse();
            assertThat(parts.resolve("checkpoint-" + stop)).isDirectory();
        }
        assertThat(train(model(Method.bdia(0.5)), parts, () -> false)).isTrue();

        for (String file : List.of("weights.safetensors", "optimizer.safetensors", "state.json")) {
            assertThat(parts.resolve("checkpoint-10").resolve(file))
                    .hasSameBinaryContentAs(whole.resolve("checkpoint-10").resolve(file));
        }
        assertThat(evaluations()).isEqualTo(expected);
    }

    /** Step 5 is the last one of its epoch, behind which are an evaluation and a checkpoint; step 10 the last one of all. */
    @ParameterizedTest
    @ValueSource(ints = {4, 5, 10})
    void anInterruptIsACheckpointAtTheNextStepAndTheThreadStaysInterrupted(int at)
            throws IOException {
        Path whole = folder.resolve("whole");
        train(model(Method.bdia(0.5)), whole, () -> false);
        Path parts = folder.resolve("parts");
        Trainer interrupted =
                new Trainer(model(Method.bdia(0.5)), TASK, CONFIG, 1)
                        .withCheckpoints(parts, "abcdef")
                        .withEvents(
                                event -> {
                                    if (event.step() == at && event instanceof TrainEvent.Step) {
                                        Thread.currentThread().interrupt();
                                    }
                                });

        assertThat(interrupted.train(manager)).isEqualTo(at == 10);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(parts.resolve("checkpoint-" + at)).isDirectory();
        assertThat(train(model(Method.bdia(0.5)), parts, () -> false)).isTrue();
        assertThat(parts.resolve("checkpoint-10/weights.safetensors"))
                .hasSameBinaryContentAs(whole.resolve("checkpoint-10/weights.safetensors"));
    }

    @Test
    void storedAndReversedTrainingEndWithTheSameBytes() throws IOException {
        Path stored = folder.resolve("stored");
        Path reversed = folder.resolve("reversed");
        VisionTransformer one = new VisionTransformer(SMALL, Method.bdia(0.5), Backprop.STORE);
        one.initialize(manager, 5);
        train(one, stored, () -> false);
        train(model(Method.bdia(0.5)), reversed, () -> false);

        assertThat(reversed.resolve("checkpoint-10/weights.safetensors"))
                .hasSameBinaryContentAs(stored.resolve("checkpoint-10/weights.safetensors"));
    }

    @Test
    void aFinishedRunIsNotTrainedAgain() {
        train(model(Method.bdia(0.5)), folder, () -> false);
        events.clear();

        assertThat(train(model(Method.bdia(0.5)), folder, () -> false)).isTrue();
        assertThat(events).hasSize(1).first().isInstanceOf(TrainEvent.Resumed.class);
    }

    @Test
    void aRunWithoutACheckpointSaysThatItStartsBeforeItEvaluates() {
        train(model(Method.bdia(0.5)), folder, () -> reached(1));

        assertThat(events.get(0)).isEqualTo(new TrainEvent.Started(0));
        assertThat(events.get(1)).isInstanceOf(TrainEvent.Evaluated.class);
        events.clear();
        train(model(Method.bdia(0.5)), folder, () -> true);
        assertThat(events).noneMatch(TrainEvent.Started.class::isInstance);
    }

    @Test
    void aDivergingRunStopsBeforeItTouchesTheWeights() {
        train(model(Method.bdia(0.5)), folder, () -> reached(5));
        VisionTransformer model = model(Method.bdia(0.5));
        List<List<ByteBuffer>> afterSteps = new ArrayList<>();
        Trainer wild =
                new Trainer(model, TASK, WILD, 1)
                        .withCheckpoints(folder, "abcdef")
                        .withEvents(
                                event -> {
                                    if (event instanceof TrainEvent.Step) {
                                        afterSteps.add(bytes(model));
                                    }
                                });

        assertThatThrownBy(() -> wild.train(manager))
                .isInstanceOf(TrainingDivergedException.class)
                .hasMessageContaining("the weights are those of the step before")
                .hasMessageContaining("lower the learning rate")
                .hasMessageEndingWith("the last checkpoint is " + folder.resolve("checkpoint-5"));
        assertThat(afterSteps).isNotEmpty();
        assertThat(bytes(model)).isEqualTo(afterSteps.get(afterSteps.size() - 1));
        events.clear();
        assertThat(train(model(Method.bdia(0.5)), folder, () -> false)).isTrue();
        assertThat(events.get(0))
                .isEqualTo(
                        new TrainEvent.Resumed(
                                5, 2L * TASK.stepsPerEpoch(10), folder.resolve("checkpoint-5")));
    }

    @Test
    void aStateOutOfRangeInEvaluationIsADivergenceThatSavesNothing() {
        assertDivergesInEvaluation(Method.bdia(0.5), 1e12, StateRangeException.class, "val: state");
    }

    @Test
    void aValidationLossThatIsNotFiniteIsADivergenceThatSavesNothing() {
        assertDivergesInEvaluation(Method.standard(), 1e30, null, "the val loss is NaN");
    }

    /** One step an epoch, so that evaluation meets the new weights first. */
    private void assertDivergesInEvaluation(
            Method method, double rate, Class<? extends Exception> cause, String message) {
        TrainConfig config = WILD.withBatch(50).withSchedule(new Schedule.Constant(rate));
        VisionTransformer model = new VisionTransformer(SMALL, method, Backprop.STORE);
        model.initialize(manager, 5);
        Trainer trainer = new Trainer(model, TASK, config, 1).withCheckpoints(folder, "abcdef");

        assertThatThrownBy(() -> trainer.train(manager))
                .isInstanceOfSatisfying(
                        TrainingDivergedException.class, e -> assertThat(e.step()).isEqualTo(1))
                .hasMessageStartingWith("step 1: ")
                .hasMessageContaining(message)
                .hasMessageContaining("these weights are not saved")
                .extracting(Throwable::getCause)
                .satisfies(
                        found ->
                                assertThat(found == null ? null : found.getClass())
                                        .isEqualTo(cause));
        assertThat(folder)
                .isDirectoryNotContaining(path -> !path.getFileName().toString().equals("best-0"));
    }

    @Test
    void trainingLearns() {
        VisionTransformer model = model(Method.bdia(0.5));
        Task task = new ImageTask(SyntheticImages.split(10, 200, 50, 1, 3), Augmentation.none());
        new Trainer(model, task, TrainConfig.of(12, 20, 5e-3), 1)
                .withEvents(events::add)
                .train(manager);
        List<TrainEvent.Evaluated> validation =
                events.stream()
                        .filter(TrainEvent.Evaluated.class::isInstance)
                        .map(TrainEvent.Evaluated.class::cast)
                        .filter(event -> event.split().equals("val"))
                        .toList();

        assertThat(validation).hasSize(13);
        double first = validation.get(0).metrics().get("loss");
        assertThat(validation.get(12).metrics().get("loss")).isLessThan(0.9 * first);
        assertThat(validation.get(12).metrics().get("accuracy")).isGreaterThan(0.15);
    }

    @Test
    void liveArraysStayFlatOverManySteps() {
        VitConfig tiny = SMALL.withPatch(16).withWidth(4).withMlp(4).withHeads(1);
        VisionTransformer model =
                new VisionTransformer(tiny, Method.bdia(0.5), Backprop.REVERSIBLE);
        model.initialize(manager, 5);
        Task task = new ImageTask(SyntheticImages.split(10, 20, 2, 1, 3), Augmentation.paper());
        List<Integer> live = new ArrayList<>();
        new Trainer(model, task, TrainConfig.of(20, 2, 1e-3).withEvaluateEvery(4), 1)
                .withEvents(
                        event -> {
                            if (event instanceof TrainEvent.Step) {
                                live.add(manager.getManagedArrays().size());
                            }
                        })
                .train(manager);

        assertThat(live).hasSize(200);
        assertThat(live.get(199)).isEqualTo(live.get(10));
    }

    @Test
    void impossibleConfigurationsAreRefused() {
        assertThatThrownBy(() -> CONFIG.withEpochs(0))
                .hasMessage("epochs must be at least 1, but is 0");
        assertThatThrownBy(() -> CONFIG.withLabelSmoothing(1))
                .hasMessageContaining("labelSmoothing must be at least 0 and below 1");
        assertThatThrownBy(() -> new Schedule.Constant(Double.NaN))
                .hasMessageContaining("the learning rate must be above 0 and finite");
        assertThatThrownBy(
                        () -> new Trainer(model(Method.bdia(0.5)), TASK, CONFIG.withBatch(99), 1))
                .hasMessageContaining("do not fill one batch of 99");
    }

    @Test
    void theScheduleWarmsUpAndFalls() {
        Schedule schedule = new Schedule.WarmupCosine(1, 4, 0.1);
        assertThat(schedule.rate(0, 100)).isEqualTo(0.25);
        assertThat(schedule.rate(4, 100)).isEqualTo(1);
        assertThat(schedule.rate(50, 100)).isBetween(0.5, 0.6);
        assertThat(schedule.rate(99, 100)).isEqualTo(0.1);
    }

    private boolean reached(long step) {
        return !events.isEmpty() && events.get(events.size() - 1).step() >= step;
    }

    private static List<ByteBuffer> bytes(VisionTransformer model) {
        return Weights.of(model).stream().map(NDArray::toByteBuffer).toList();
    }

    private List<String> evaluations() {
        return events.stream()
                .filter(TrainEvent.Evaluated.class::isInstance)
                .map(Object::toString)
                .toList();
    }

    private VisionTransformer model(Method method) {
        VisionTransformer model =
                new VisionTransformer(
                        SMALL, method, Execution.of(Backprop.REVERSIBLE).withVerify(true));
        model.initialize(manager, 5);
        return model;
    }

    private Trainer trainer(VisionTransformer model) {
        return new Trainer(model, TASK, CONFIG, 1).withEvents(events::add);
    }

    private boolean train(VisionTransformer model, Path run, BooleanSupplier stop) {
        return trainer(model).withCheckpoints(run, "abcdef").withStop(stop).train(manager);
    }
}
