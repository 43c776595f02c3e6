package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.Dropout;
import ai.djl.nn.norm.LayerNorm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.reversible.StepKey;
import org.bdia.train.ImageTask;
import org.bdia.train.Task;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StackModelTest {

    private static final int WIDTH = 12;
    private static final Task TASK =
            new ImageTask(SyntheticImages.split(10, 120, 30, 10, 3), Augmentation.none());

    @TempDir private Path folder;

    /** Rows of an image as tokens. */
    private static StackModel model(Method method, Backprop backprop, float dropout) {
        Block embedding =
                new SequentialBlock()
                        .add(
                                x ->
                                        new NDList(
                                                x.singletonOrThrow()
                                                        .transpose(0, 2, 1, 3)
                                                        .reshape(-1, 32, 96)))
                        .add(Linear.builder().setUnits(WIDTH).build())
                        .add(Dropout.builder().optRate(dropout).build());
        List<Block> branches = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            branches.add(
                    new SequentialBlock()
                            .add(LayerNorm.builder().axis(2).build())
                            .add(Linear.builder().setUnits(2 * WIDTH).build())
                            .add(Activation.geluBlock())
                            .add(Dropout.builder().optRate(dropout).build())
                            .add(Linear.builder().setUnits(WIDTH).build()));
        }
        Block head =
                new SequentialBlock()
                        .add(x -> new NDList(x.singletonOrThrow().mean(new int[] {1})))
                        .add(Linear.builder().setUnits(10).build());
        return new StackModel(
                embedding, branches, head, method, Execution.of(backprop), new Shape(1, 3, 32, 32));
    }

    private List<Double> losses(StackModel model, String run, int stopAfter) {
        List<Double> losses = new ArrayList<>();
        try (NDManager manager = NDManager.newBaseManager()) {
            model.initialize(manager, 5);
            long[] step = new long[1];
            new Trainer(model, TASK, TrainConfig.of(3, 12, 1e-2), 1)
                    .withCheckpoints(folder.resolve(run), "own blocks")
                    .withStop(() -> step[0] >= stopAfter)
                    .withEvents(
                            event -> {
                                if (event instanceof TrainEvent.Step made) {
                                    step[0] = made.step();
                                    losses.add(made.loss());
                                }
                            })
                    .train(manager);
        }
        return losses;
    }

    @Test
    void ownBlocksLearnAndEndWithTheSameBitsStoredReversedAndResumed() throws IOException {
        List<Double> stored = losses(model(Method.bdia(0.5), Backprop.STORE, 0.1f), "stored", 99);
        List<Double> reversed =
                losses(model(Method.bdia(0.5), Backprop.REVERSIBLE, 0.1f), "reversed", 99);
        losses(model(Method.bdia(0.5), Backprop.REVERSIBLE, 0.1f), "parts", 7);
        losses(model(Method.bdia(0.5), Backprop.REVERSIBLE, 0.1f), "parts", 99);

        assertThat(stored).hasSize(30);
        assertThat(reversed).isEqualTo(stored);
        assertThat(stored.get(29)).isLessThan(0.95 * stored.get(0));
        for (String other : List.of("stored", "parts")) {
            assertThat(folder.resolve(other).resolve("checkpoint-30/weights.safetensors"))
                    .hasSameBinaryContentAs(
                            folder.resolve("reversed/checkpoint-30/weights.safetensors"));
        }
    }

    @Test
    void itPredictsWhatItsBlocksPredictAndKeepsTheWeightsThatTheyHave() {
        for (Method method : List.of(Method.standard(), Method.revNet())) {
            try (NDManager manager = NDManager.newBaseManager()) {
                StackModel model = model(method, Backprop.STORE, 0);
                model.initialize(manager, 5);
                NDArray images = manager.randomNormal(new Shape(2, 3, 32, 32));
                NDArray logits = model.predict(new NDList(images));
                assertThat(logits.getShape()).isEqualTo(new Shape(2, 10));
                assertThat(model.getOutputShapes(new Shape[] {images.getShape()}))
                        .containsExactly(new Shape(2, 10));
                List<byte[]> before = bytes(model);
                model.initialize(manager, 6);
                assertThat(bytes(model)).usingRecursiveComparison().isEqualTo(before);
                float loss =
                        model.differentiate(
                                new NDList(images),
                                output -> output.square().mean(),
                                new StepKey(0, 0, new long[] {0, 1}));
                assertThat(loss).isPositive();
                assertThat(model.getParameters().values().stream())
                        .allSatisfy(
                                p ->
                                        assertThat(
                                                        p.getArray()
                                                                .getGradient()
                                                                .abs()
                                                                .sum()
                                                                .getFloat())
                                                .isPositive());
            }
        }
    }

    private static List<byte[]> bytes(StackModel model) {
        return model.getParameters().values().stream()
                .map(parameter -> parameter.getArray().toByteArray())
                .toList();
    }

    @Test
    void whatCannotBeTrainedIsRefused() {
        Block linear = Linear.builder().setUnits(WIDTH).build();
        assertRefused(
                linear, List.of(linear), "Backprop.REVERSIBLE needs a method with an inverse");
        assertRefused(linear, List.of(), "a stack needs at least one branch");
        assertRefused(new SequentialBlock(), List.of(linear), "the embedding has no parameters");
    }

    private static void assertRefused(Block embedding, List<Block> branches, String message) {
        Execution execution =
                Execution.of(branches.isEmpty() ? Backprop.STORE : Backprop.REVERSIBLE);
        assertThatThrownBy(
                        () ->
                                new StackModel(
                                        embedding,
                                        branches,
                                        new SequentialBlock(),
                                        Method.standard(),
                                        execution))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
