package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bdia.train.SmallModels.VIT;
import static org.bdia.train.SmallModels.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training that cannot go on names the step, and the checkpoint from which it can. */
class AbortedTrainingTest {

    private static final Task TASK =
            new ImageTask(SyntheticImages.split(10, 4, 2, 1, 3), Augmentation.none());

    @TempDir private Path folder;

    @Test
    void aCheckpointThatCannotBeWrittenNamesTheLastOne() {
        Path run = folder.resolve("run");
        Path aside = folder.resolve("aside");

        assertThatThrownBy(() -> train(TASK, run, event -> putFileInTheWay(event, run, aside)))
                .isInstanceOfSatisfying(
                        TrainingAbortedException.class, e -> assertThat(e.step()).isEqualTo(4))
                .hasMessageStartingWith("step 4: the checkpoint could not be written in " + run)
                .hasMessageContaining("check space and permissions")
                .hasMessageEndingWith("; the last checkpoint is " + run.resolve("checkpoint-2"));
        assertThat(aside.resolve("checkpoint-2")).isDirectory();
    }

    /** Of the run's folder, behind the checkpoint of the first of two epochs. */
    private static void putFileInTheWay(TrainEvent event, Path run, Path aside) {
        if (event instanceof TrainEvent.Checkpointed) {
            try {
                Files.move(run, aside);
                Files.createFile(run);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void aListenerThatFailsBeforeTheFirstCheckpointIsToldSo() {
        var failure = new IllegalStateException("no ink");

        assertThatThrownBy(
                        () ->
                                train(
                                        TASK,
                                        folder,
                                        event -> {
                                            if (event instanceof TrainEvent.Step) {
                                                throw failure;
                                            }
                                        }))
                .isInstanceOf(TrainingAbortedException.class)
                .hasMessage("step 1: no ink; there is no checkpoint to go on from")
                .hasCause(failure);
    }

    @Test
    void aTrainingLossThatIsNotANumberIsADivergenceAtItsStep() {
        Task task = new ChangedAt(3, loss -> loss.mul(Autograd.constant(loss, Double.NaN)));
        assertThatThrownBy(() -> train(task, folder, event -> {}))
                .isInstanceOfSatisfying(
                        TrainingDivergedException.class, e -> assertThat(e.step()).isEqualTo(3))
                .hasMessageStartingWith(
                        "step 3: the loss is NaN; the weights are those of the step")
                .hasMessageEndingWith("the last checkpoint is " + folder.resolve("checkpoint-2"));
    }

    @Test
    void aListenerThatFailsOnADamagedCheckpointEndsTrainingToo() throws Exception {
        train(TASK, folder, event -> {});
        Files.delete(folder.resolve("checkpoint-4/state.json"));

        assertThatThrownBy(
                        () ->
                                train(
                                        TASK,
                                        folder,
                                        event -> {
                                            throw new IllegalStateException("no ink");
                                        }))
                .isInstanceOf(TrainingAbortedException.class)
                .hasMessage("step 4: no ink; no checkpoint was chosen yet to go on from");
    }

    /** The loss is computed between forward and backward pass, and this one changes the blocks' weights. */
    @ParameterizedTest
    @EnumSource(Update.class)
    void aStateThatIsNotRebuiltNamesTheStepAndTheLastCheckpoint(Update update) {
        TrainConfig config = TrainConfig.of(2, 2, 1e-3).withUpdate(update).withClipNorm(0);
        Execution verified = Execution.of(Backprop.REVERSIBLE).withVerify(true);
        try (NDManager manager = NDManager.newBaseManager()) {
            var model = new VisionTransformer(VIT, Method.bdia(0.5), verified);
            model.initialize(manager, 5);
            Task task =
                    new ChangedAt(
                            3,
                            loss -> {
                                Autograd.unrecorded(
                                        () -> {
                                            blocks(model).forEach(weight -> weight.addi(0.5f));
                                            return null;
                                        });
                                return loss;
                            });
            Trainer trainer = new Trainer(model, task, config, 1).withCheckpoints(folder, "abc");

            assertThatThrownBy(() -> trainer.train(manager))
                    .isInstanceOfSatisfying(
                            TrainingAbortedException.class, e -> assertThat(e.step()).isEqualTo(3))
                    .hasMessageStartingWith("step 3: state ")
                    .hasMessageContaining("did not repeat itself bit for bit")
                    .hasMessageContaining(
                            update == Update.PER_BLOCK
                                    ? "; later blocks have been updated already"
                                    : "; the weights are those of the step before")
                    .hasMessageEndingWith(
                            "; the last checkpoint is " + folder.resolve("checkpoint-2"));
        }
    }

    private static Stream<NDArray> blocks(VisionTransformer model) {
        return Weights.of(model).stream().filter(weight -> weight.getName().contains("block"));
    }

    private static void train(Task task, Path run, Consumer<TrainEvent> listener) throws Exception {
        vit(
                        VIT,
                        (model, manager, root) ->
                                new Trainer(model, task, TrainConfig.of(2, 2, 1e-3), 1)
                                        .withCheckpoints(root, "abc")
                                        .withEvents(listener)
                                        .train(manager))
                .in(run);
    }

    /** Images whose loss, or what computing it does, is another at one step. */
    private static final class ChangedAt extends ForwardingTask {

        private final Long step;
        private final UnaryOperator<NDArray> change;
        private Optional<Long> now = Optional.empty();

        ChangedAt(long step, UnaryOperator<NDArray> change) {
            super(TASK);
            this.step = step;
            this.change = change;
        }

        @Override
        public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
            now = Optional.of((long) epoch * stepsPerEpoch(batch) + index);
            return super.training(manager, seed, epoch, index, batch);
        }

        @Override
        public Batch evaluation(NDManager manager, Split split, int from, int to) {
            now = Optional.empty();
            return super.evaluation(manager, split, from, to);
        }

        @Override
        public NDArray loss(NDArray output, NDArray labels, double labelSmoothing) {
            NDArray loss = super.loss(output, labels, labelSmoothing);
            return now.filter(step::equals).isPresent() ? change.apply(loss) : loss;
        }
    }
}
