package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest extends TensorTest {

    private static final VitConfig SMALL =
            VitConfig.smoke().withWidth(4).withMlp(4).withDepth(2).withHeads(1);
    private static final Task TASK =
            new ImageTask(SyntheticImages.split(10, 20, 2, 1, 3), Augmentation.none());

    private final List<TrainEvent> events = new ArrayList<>();
    @TempDir private Path folder;

    @Test
    void onlyTheTwoNewestStayAndNothingTemporary() throws IOException {
        train(2);
        Files.createDirectories(folder.resolve(".writing-killed/half"));
        train(4);
        train(9);

        assertThat(names()).containsExactlyInAnyOrder("checkpoint-4", "checkpoint-9");
    }

    @Test
    void aWholeCheckpointOfTheSameStepIsNotWrittenAgain() throws IOException {
        train(2);
        Path state = folder.resolve("checkpoint-2/state.json");
        FileTime longAgo = FileTime.fromMillis(0);
        Files.setLastModifiedTime(state, longAgo);
        train(2);

        assertThat(Files.getLastModifiedTime(state)).isEqualTo(longAgo);
    }

    @ParameterizedTest
    @ValueSource(strings = {"weights.safetensors", "optimizer.safetensors", "state.json"})
    void aDamagedCheckpointIsPassedOverAloudToTheOneBefore(String name) throws IOException {
        train(2);
        train(4);
        Path file = folder.resolve("checkpoint-4").resolve(name);
        byte[] expected = Files.readAllBytes(file);
        Files.write(file, new byte[0]);
        events.clear();
        train(4);

        assertThat(events.get(0))
                .isInstanceOfSatisfying(
                        TrainEvent.Refused.class,
                        refused -> {
                            assertThat(refused.step()).isEqualTo(4);
                            assertThat(refused.message()).startsWith(file + " is damaged: ");
                        });
        assertThat(events.get(1))
                .isEqualTo(
                        new TrainEvent.Resumed(
                                2, TASK.stepsPerEpoch(2), folder.resolve("checkpoint-2")));
        assertThat(file).hasBinaryContent(expected);
        assertThat(names()).containsExactlyInAnyOrder("checkpoint-2", "checkpoint-4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"weights.safetensors", "state.json"})
    void weightsOfAnEarlierEpochAreNotTakenForThoseOfTheLast(String name) throws IOException {
        train(5);
        train(10);
        Path file = folder.resolve("checkpoint-10").resolve(name);
        Files.write(file, new byte[0]);
        VisionTransformer model = model(SMALL);
        List<ByteBuffer> before = bytes(model);

        assertThatThrownBy(() -> Checkpoint.loadWeights(folder, "abcdef", model))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + " is damaged: ")
                .hasMessageEndingWith(
                        "no other checkpoint has the weights of the last epoch: remove the run's folder"
                                + " and train it again");
        assertThat(bytes(model)).isEqualTo(before);
    }

    @Test
    void weightsAreLoadedWithoutTheOptimisersFile() throws IOException {
        train(4);
        Files.delete(folder.resolve("checkpoint-4/optimizer.safetensors"));
        VisionTransformer model = model(SMALL);
        List<ByteBuffer> before = bytes(model);
        Checkpoint.loadWeights(folder, "abcdef", model);

        assertThat(bytes(model)).isNotEqualTo(before);
    }

    @Test
    void checkpointsOfACourseThatTheRunHasLeftAreDeleted() throws IOException {
        train(2);
        train(5);
        Files.delete(folder.resolve("checkpoint-5/state.json"));
        train(3);

        assertThat(names()).containsExactlyInAnyOrder("checkpoint-2", "checkpoint-3");
    }

    @Test
    void aDamagedCheckpointDoesNotPushOutAWholeOne() throws IOException {
        train(2);
        train(4);
        Files.delete(folder.resolve("checkpoint-4/state.json"));
        train(6);

        assertThat(names()).containsExactlyInAnyOrder("checkpoint-2", "checkpoint-6");
    }

    @Test
    void aRunWhoseCheckpointsAreAllDamagedIsRefused() throws IOException {
        train(2);
        Path file = folder.resolve("checkpoint-2/weights.safetensors");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);

        assertThatThrownBy(() -> train(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("none of the 1 checkpoints in " + folder + " is whole")
                .hasMessageContaining(file + " is damaged: its SHA-256 is")
                .hasMessageContaining("delete them to start over");
    }

    @Test
    void aFolderNamedAfterAnotherStepIsRefused() throws IOException {
        train(2);
        Files.move(folder.resolve("checkpoint-2"), folder.resolve("checkpoint-7"));

        assertThatThrownBy(() -> train(4))
                .hasMessageContaining("checkpoint-7 is damaged: its state.json is of step 2");
    }

    @Test
    void anotherFormatIsRefusedOutright() throws IOException {
        train(2);
        train(4);
        Path state = folder.resolve("checkpoint-4/state.json");
        Files.writeString(state, Files.readString(state).replace("\"version\":2", "\"version\":3"));

        assertThatThrownBy(() -> train(6))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("checkpoint-4 has format 3, but this toolkit reads format 2");
    }

    @Test
    void anotherConfigurationOrModelIsRefusedOutright() {
        train(2);
        train(4);
        Trainer other = trainer(model(SMALL)).withCheckpoints(folder, "fedcba");
        assertThatThrownBy(() -> other.train(manager))
                .hasMessageContaining("belongs to configuration abcdef, but this run's is fedcba");
        Trainer wider = trainer(model(SMALL.withWidth(8))).withCheckpoints(folder, "abcdef");
        assertThatThrownBy(() -> wider.train(manager))
                .hasMessageContaining("weights.safetensors holds the tensor")
                .hasMessageContaining("but the model's is");
    }

    /** Goes on with a fresh model from what the folder holds until so many steps are made, and saves. */
    private void train(long steps) {
        List<Long> made = new ArrayList<>(List.of(0L));
        trainer(model(SMALL))
                .withCheckpoints(folder, "abcdef")
                .withEvents(
                        event -> {
                            events.add(event);
                            if (!(event instanceof TrainEvent.Refused)) {
                                made.set(0, event.step());
                            }
                        })
                .withStop(() -> made.get(0) >= steps)
                .train(manager);
    }

    private Trainer trainer(VisionTransformer model) {
        return new Trainer(model, TASK, TrainConfig.of(1, 2, 1e-3), 1);
    }

    private VisionTransformer model(VitConfig config) {
        VisionTransformer model =
                new VisionTransformer(config, Method.bdia(0.5), Backprop.REVERSIBLE);
        model.initialize(manager, 5);
        return model;
    }

    private static List<ByteBuffer> bytes(VisionTransformer model) {
        return Weights.of(model).stream().map(NDArray::toByteBuffer).toList();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.map(path -> path.getFileName().toString())
                    .filter(name -> !name.startsWith("best-"))
                    .toList();
        }
    }
}
