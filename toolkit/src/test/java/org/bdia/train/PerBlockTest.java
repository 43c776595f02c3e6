package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.ClipBy;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.Schedule;
import org.bdia.config.TrainConfig;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PerBlockTest extends TensorTest {

    private static final VitConfig SMALL =
            VitConfig.smoke().withWidth(8).withMlp(16).withDepth(3).withDropout(0.1);
    private static final Task TASK =
            new ImageTask(SyntheticImages.split(10, 50, 10, 10, 3), Augmentation.paper());
    private static final TrainConfig CONFIG =
            TrainConfig.of(2, 10, 3e-3)
                    .withUpdate(Update.PER_BLOCK)
                    .withClipBy(ClipBy.PREVIOUS_STEP)
                    .withClipNorm(0.5)
                    .withSchedule(new Schedule.Constant(3e-3));

    @TempDir private Path folder;
    private Linear linear;

    @BeforeEach
    void open() {
        linear = Linear.builder().setUnits(1).build();
        linear.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
    }

    /** A gradient (3, 4) has the norm 5; AdamW's first mean after one step is a tenth of what is left of it. */
    @Test
    void aBlockIsClippedByItsOwnNorm() {
        assertThat(means(ClipBy.BLOCK, 0))
                .containsExactly(new float[] {0.03f, 0.04f}, within(1e-6f));
    }

    @Test
    void theStepBeforeClips() {
        assertThat(means(ClipBy.PREVIOUS_STEP, 50))
                .containsExactly(new float[] {0.003f, 0.004f}, within(1e-6f));
        assertThat(means(ClipBy.PREVIOUS_STEP, 0.4))
                .containsExactly(new float[] {0.3f, 0.4f}, within(1e-6f));
    }

    @Test
    void theFirstStepHasNoneBefore() {
        assertThat(means(ClipBy.PREVIOUS_STEP, 0))
                .containsExactly(new float[] {0.3f, 0.4f}, within(1e-6f));
    }

    private float[] means(ClipBy clipBy, double before) {
        try (var optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, linear)) {
            var update = new PerBlock(CONFIG.withClipBy(clipBy), optimizer, before);
            List<Parameter> parameters = linear.getParameters().values();
            update.begin(1e-3);
            update.update(
                    Map.of(
                            parameters.get(0), manager.create(new float[][] {{3}}),
                            parameters.get(1), manager.create(new float[] {4})));
            assertThat(update.end(1e-3)).isCloseTo(5, within(1e-6));
            float[] means = new float[2];
            for (int i = 0; i < 2; i++) {
                NDArray mean = optimizer.state().get(2 * i);
                assertThat(mean.getName()).endsWith(".m");
                means[i] = mean.toFloatArray()[0];
            }
            return means;
        }
    }

    @Test
    void aParameterThatTwoBlocksMoveIsAnError() {
        try (var optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, linear)) {
            var update = new PerBlock(CONFIG, optimizer, 0);
            var gradients =
                    Map.of(linear.getParameters().valueAt(1), manager.create(new float[] {4}));
            update.begin(1e-3);
            update.update(gradients);

            assertThatThrownBy(() -> update.update(gradients))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bias was updated by one block and is part of another")
                    .hasMessageContaining("AFTER_BACKWARD");
        }
    }

    /** A penalty on the weights, or a head that reads a block's weight without registering it. */
    @Test
    void aGradientFromElsewhereIsRefused() {
        try (var optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, linear)) {
            var update = new PerBlock(CONFIG, optimizer, 0);
            Parameter weight = linear.getParameters().valueAt(0);
            update.begin(1e-3);
            Autograd.differentiate(() -> weight.getArray().square().sum());
            update.update(Map.of(weight, manager.create(new float[][] {{4}})));

            assertThatThrownBy(() -> update.end(1e-3))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("weight was updated by its block and has a gradient from")
                    .hasMessageContaining("AFTER_BACKWARD");
        }
    }

    @Test
    void aPenaltyOnABlocksWeightTrainsAfterTheBackwardPassAlone() {
        VisionTransformer model = model(Method.bdia(0.5));
        Parameter weight =
                model.getParameters().stream()
                        .filter(p -> p.getKey().endsWith("fc1_weight"))
                        .findFirst()
                        .orElseThrow()
                        .getValue();
        Task penalised =
                new ForwardingTask(TASK) {
                    @Override
                    public NDArray loss(NDArray output, NDArray labels, double labelSmoothing) {
                        NDArray square = weight.getArray().square().sum();
                        return super.loss(output, labels, labelSmoothing).add(square);
                    }
                };
        assertThatThrownBy(() -> new Trainer(model, penalised, CONFIG, 1).train(manager))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("fc1_weight was updated by its block");
        double before = weight.getArray().square().sum().getFloat();
        new Trainer(model, penalised, global().withUpdate(Update.AFTER_BACKWARD), 1).train(manager);
        assertThat((double) weight.getArray().square().sum().getFloat()).isLessThan(before);
    }

    @Test
    void aParameterFrozenInTrainingIsNamed() {
        try (var optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, linear)) {
            linear.getParameters().valueAt(1).freeze(true);
            assertThatThrownBy(() -> new PerBlock(CONFIG, optimizer, 0).begin(1e-3))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("bias was frozen after this optimiser was made")
                    .hasMessageContaining("freeze it before training");
            assertThatThrownBy(() -> optimizer.update(1e-3))
                    .isInstanceOf(IllegalStateException.class);
        }
    }

    @Test
    void aResumedRunEndsWithTheBytesOfAnUninterruptedOne() {
        Path whole = folder.resolve("whole");
        Path parts = folder.resolve("parts");
        train(CONFIG, whole, () -> false);
        int[] asked = {0};
        assertThat(train(CONFIG, parts, () -> asked[0]++ == 3)).isFalse();
        assertThat(train(CONFIG, parts, () -> false)).isTrue();

        for (String file : List.of("weights.safetensors", "optimizer.safetensors", "state.json")) {
            assertThat(parts.resolve("checkpoint-10").resolve(file))
                    .hasSameBinaryContentAs(whole.resolve("checkpoint-10").resolve(file));
        }
        assertThat(whole.resolve("checkpoint-10/state.json"))
                .content()
                .containsPattern("\"gradientNorm\":[0-9.]+");
    }

    @Test
    void aGradientThatIsNotFiniteMovesNothingMoreAndSaysThatLaterBlocksHaveMoved() {
        try (var optimizer = Optimizer.of(OptimizerConfig.adamW(0), manager, linear)) {
            var update = new PerBlock(CONFIG, optimizer, 0);
            Parameter weight = linear.getParameters().valueAt(0);
            Parameter bias = linear.getParameters().valueAt(1);
            float before = bias.getArray().toFloatArray()[0];
            update.begin(1e-3);
            update.update(Map.of(weight, manager.create(new float[][] {{Float.NaN}})));
            update.update(Map.of(bias, manager.create(new float[] {4})));

            assertThat(bias.getArray().toFloatArray()).containsExactly(before);
            assertThat(update.end(1e-3)).isNaN();
            assertThat(update.consequence()).contains("later blocks have been updated already");
        }
    }

    @Test
    void aNormThatIsNotKnownInTimeIsRefused() {
        assertThatThrownBy(() -> new Trainer(model(Method.bdia(0.5)), TASK, global(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clipBy BLOCK or PREVIOUS_STEP, or clipNorm 0");
        assertThatThrownBy(
                        () ->
                                new Trainer(
                                        model(Method.bdia(0.5)),
                                        TASK,
                                        CONFIG.withUpdate(Update.AFTER_BACKWARD),
                                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("clipBy PREVIOUS_STEP is for update PER_BLOCK");
        assertThatThrownBy(
                        () ->
                                new Trainer(
                                        model(Method.bdia(0.5)),
                                        TASK,
                                        CONFIG.withMicroBatches(2),
                                        1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("before those of all 2 microBatches are added up");
    }

    private static TrainConfig global() {
        return CONFIG.withClipBy(ClipBy.GLOBAL);
    }

    @Test
    void jsonSaysWhatDiffersFromBefore() {
        assertThat(Json.canonical(CONFIG))
                .contains("\"clipBy\":\"PREVIOUS_STEP\"", "\"update\":\"PER_BLOCK\"");
        assertThat(Json.parse(Json.canonical(CONFIG), TrainConfig.class, "test")).isEqualTo(CONFIG);
        assertThat(Json.canonical(TrainConfig.of(2, 10, 3e-3))).doesNotContain("clipBy", "update");
    }

    private VisionTransformer model(Method method) {
        var model = new VisionTransformer(SMALL, method, Backprop.STORE);
        model.initialize(manager, 5);
        return model;
    }

    private boolean train(TrainConfig config, Path run, BooleanSupplier stop) {
        return new Trainer(model(Method.bdia(0.5)), TASK, config, 1)
                .withCheckpoints(run, "abcdef")
                .withStop(stop)
                .train(manager);
    }
}
