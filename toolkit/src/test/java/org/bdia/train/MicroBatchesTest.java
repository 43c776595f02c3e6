package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.Gpt;
import org.bdia.nn.Gradients;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.BlockUpdates;
import org.bdia.reversible.StepKey;
import org.bdia.train.CompletionTask.Completion;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MicroBatchesTest {

    private static final TrainConfig WHOLE = TrainConfig.of(2, 10, 3e-3).withLabelSmoothing(0.1);
    private static final Task IMAGES =
            new ImageTask(SyntheticImages.split(10, 35, 12, 7, 3), Augmentation.paper());
    private static final VitConfig SMALL = VitConfig.smoke().withWidth(8).withMlp(16).withDepth(3);

    /** Of the gradients' norm: float32 sums in another order. */
    private static final double ROUNDING = 1e-6;

    /** The same of a method whose states are rounded to a grid, where another rounding of a branch may move one by 2⁻⁹. */
    private static final double GRID_ROUNDING = 1e-2;

    @TempDir private Path folder;

    private static VisionTransformer vit(Method method, Backprop backprop, double dropout) {
        return new VisionTransformer(SMALL.withDropout(dropout), method, backprop);
    }

    /** The loss and all gradients of the second step. */
    private static List<float[]> gradients(ReversibleModel model, Task task, TrainConfig config) {
        try (NDManager manager = NDManager.newBaseManager();
                NDScope scope = new NDScope()) {
            model.initialize(manager, 5);
            Batch batch = task.training(manager, 1, 0, 1, config.batch());
            var key = new StepKey(1, 1, batch.sampleIds());
            float loss =
                    new MicroBatches(model, task, config)
                            .differentiate(batch, key, BlockUpdates.NONE, part -> {});
            List<float[]> all = new ArrayList<>(List.of(new float[] {loss}));
            all.addAll(Gradients.of(List.of(model)));
            return all;
        }
    }

    /** Of all gradients, not of the loss. */
    private static double distance(List<float[]> found, List<float[]> whole) {
        return Gradients.distance(found.subList(1, found.size()), whole.subList(1, whole.size()));
    }

    /** γ is drawn for a sample, wherever it stands, so that parts draw what the whole batch draws. */
    @Test
    void theGradientOfThePartsIsThatOfTheWhole() {
        for (Method method : List.of(Method.standard(), Method.bdiaFloat(0.5), Method.bdia(0.5))) {
            List<float[]> whole = gradients(vit(method, Backprop.STORE, 0), IMAGES, WHOLE);
            for (int parts : new int[] {2, 3, 10}) {
                List<float[]> found =
                        gradients(
                                vit(method, Backprop.STORE, 0),
                                IMAGES,
                                WHOLE.withMicroBatches(parts));
                assertThat(found.get(0)[0]).isCloseTo(whole.get(0)[0], within(1e-3f));
                assertThat(distance(found, whole))
                        .as("%s in %d parts", method, parts)
                        .isLessThan(method.equals(Method.bdia(0.5)) ? GRID_ROUNDING : ROUNDING);
            }
        }
    }

    /** Two rows of two tokens; the labels of the second one are ignored. */
    private record HalfIgnored() implements Task {
        @Override
        public int stepsPerEpoch(int batch) {
            return 1;
        }

        @Override
        public Batch training(NDManager manager, long seed, int epoch, int index, int batch) {
            return evaluation(manager, Split.TEST, 0, batch);
        }

        @Override
        public int size(Split split) {
            return 2;
        }

        @Override
        public Batch evaluation(NDManager manager, Split split, int from, int to) {
            NDArray inputs = manager.create(new long[][] {{1, 2}, {2, 3}});
            NDArray labels = manager.create(new long[][] {{2, 3}, {-1, -1}});
            return new Batch(new NDList(inputs), labels, new long[] {0, 1}, 2).rows(from, to);
        }
    }

    /** One sample at a time, as training has them; the second sample has nothing to guess. */
    @Test
    void aSampleWithoutLabelsCountsInNeitherTrainingNorEvaluation() {
        Gpt gpt = new Gpt(GptConfig.nano().withVocabulary(4), Method.standard(), Backprop.STORE);
        try (NDManager manager = NDManager.newBaseManager()) {
            gpt.initialize(manager, 5);
            TrainConfig config = TrainConfig.of(1, 2, 1e-2).withMicroBatches(2);
            for (int tokens : new int[] {0, 1}) {
                var parts = new Evaluation(gpt, new HalfIgnored(), config.withHeadTokens(tokens));
                var whole = new Evaluation(gpt, new HalfIgnored(), config.withMicroBatches(0));
                assertThat(parts.measure(manager, Task.Split.TEST, 0).get("loss"))
                        .isCloseTo(
                                whole.measure(manager, Task.Split.TEST, 0).get("loss"),
                                within(1e-6));
            }
        }
    }

    /** Rows with 1 to 9 tokens to guess: a mean of the parts' means would be another loss. */
    @Test
    void partsCountByTheTokensThatTheyGuess() {
        List<Completion> rows =
                IntStream.range(0, 20)
                        .mapToObj(
                                i ->
                                        new Completion(
                                                new int[] {i, 3},
                                                IntStream.range(0, 1 + i % 9).toArray(),
                                                i))
                        .toList();
        Task task = new CompletionTask(rows, rows, rows);
        GptConfig config = GptConfig.nano().withVocabulary(30).withContext(16).withWidth(8);
        for (Method method : List.of(Method.standard(), Method.bdiaFloat(0.5))) {
            List<float[]> whole = gradients(new Gpt(config, method, Backprop.STORE), task, WHOLE);
            List<float[]> found =
                    gradients(
                            new Gpt(config, method, Backprop.STORE),
                            task,
                            WHOLE.withMicroBatches(4));
            assertThat(found.get(0)[0]).isCloseTo(whole.get(0)[0], within(1e-4f));
            assertThat(distance(found, whole)).isLessThan(ROUNDING);
        }
    }

    @Test
    void storedReversedAndResumedRunsEndWithTheSameBytes() throws IOException {
        train(Backprop.STORE, "stored", 99);
        train(Backprop.REVERSIBLE, "reversed", 99);
        train(Backprop.REVERSIBLE, "parts", 2);
        train(Backprop.REVERSIBLE, "parts", 5);
        train(Backprop.REVERSIBLE, "parts", 99);

        for (String other : List.of("stored", "parts")) {
            for (String file : List.of("weights.safetensors", "optimizer.safetensors")) {
                Path of = Path.of("checkpoint-6", file);
                assertThat(folder.resolve(other).resolve(of))
                        .hasSameBinaryContentAs(folder.resolve("reversed").resolve(of));
            }
        }
    }

    private void train(Backprop backprop, String run, int stopAfter) {
        try (NDManager manager = NDManager.newBaseManager()) {
            VisionTransformer model = vit(Method.bdia(0.5), backprop, 0.1);
            model.initialize(manager, 5);
            long[] step = new long[1];
            new Trainer(model, IMAGES, WHOLE.withMicroBatches(3), 1)
                    .withCheckpoints(folder.resolve(run), "abcdef")
                    .withStop(() -> step[0] >= stopAfter)
                    .withEvents(event -> step[0] = event.step())
                    .train(manager);
        }
    }

    /** The first part would change the weights that the second one is differentiated at. */
    @Test
    void updatesInTheBackwardPassNeedTheBatchInOnePiece() {
        TrainConfig config = WHOLE.withClipNorm(0).withUpdate(Update.PER_BLOCK).withMicroBatches(2);
        VisionTransformer model = vit(Method.standard(), Backprop.STORE, 0);
        assertThatThrownBy(() -> new Trainer(model, IMAGES, config, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("before those of all 2 microBatches are added up");
    }

    @Test
    void everyPartHasDropoutOfItsOwn() {
        long[] ids = {4, 7};
        StepKey whole = new StepKey(1, 2, ids);
        assertThat(new StepKey(1, 2, ids, 0)).isEqualTo(whole).hasToString(whole.toString());
        assertThat(new StepKey(1, 2, ids, 1)).isNotEqualTo(whole);
        assertThat(
                        IntStream.range(0, 50)
                                .map(part -> new StepKey(1, 2, ids, part).engineSeed(3))
                                .distinct())
                .hasSize(50);
        assertThatThrownBy(() -> new StepKey(1, 2, ids, -1)).hasMessageContaining("part is -1");
    }

    /** A loss that is a mean over something else than samples or labels would be weighted wrongly. */
    @Test
    void unitsThatCannotBeToldFromTheLabelsAreRefused() {
        try (NDManager manager = NDManager.newBaseManager()) {
            VisionTransformer model = vit(Method.standard(), Backprop.STORE, 0);
            model.initialize(manager, 5);
            NDArray labels =
                    manager.ones(new Shape(10)).toType(ai.djl.ndarray.types.DataType.INT64, false);
            Batch odd =
                    new Batch(
                            new NDList(manager.ones(new Shape(10, 3, 32, 32))),
                            labels,
                            IntStream.range(0, 10).asLongStream().toArray(),
                            77);
            assertThatThrownBy(
                            () ->
                                    new MicroBatches(model, IMAGES, WHOLE.withMicroBatches(2))
                                            .differentiate(
                                                    odd,
                                                    new StepKey(1, 0, odd.sampleIds()),
                                                    BlockUpdates.NONE,
                                                    loss -> {}))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("77 units of a batch, but its samples are 10")
                    .hasMessageContaining("set microBatches to 0");
        }
    }
}
