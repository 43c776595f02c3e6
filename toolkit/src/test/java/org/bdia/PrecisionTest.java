package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Parameter;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.config.TrainConfig;
import org.bdia.data.SyntheticText;
import org.bdia.data.TextCorpus;
import org.bdia.nn.Gpt;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.TextTask;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole models in bfloat16: states stay exact, every way of differentiating agrees, and gradients are near float32's. */
class PrecisionTest extends TensorTest {

    private static final Method BDIA = Method.bdia(0.5);
    private static final Execution REVERSIBLE =
            Execution.of(Backprop.REVERSIBLE)
                    .withPrecision(Precision.BFLOAT16_BRANCH)
                    .withVerify(true);
    private static final ActivationConfig GELU = ActivationConfig.GELU;
    private static final int LONG = 256;
    private static final int SLICE = 2 * LONG;

    /** A model, named. */
    private record Model(String name, GuardSubject.Make make) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final Model VIT = new Model("vit", GuardSubject::vit);
    private static final Model LONG_GPT =
            new Model("long gpt", (m, e, a, manager) -> longGpt(0, m, e, a, manager));
    private static final Model SEQ2SEQ = new Model("seq2seq", GuardSubject::seq2Seq);

    static Stream<Model> models() {
        return Stream.of(
                VIT,
                new Model("locality vit", GuardSubject::localityVit),
                new Model("gpt", GuardSubject::gpt),
                LONG_GPT,
                new Model(
                        "long gpt with dropout",
                        (m, e, a, manager) -> longGpt(0.1, m, e, a, manager)),
                SEQ2SEQ);
    }

    @TempDir private Path folder;

    /** Without dropout attention is libtorch's fused kernel; with it scores are masked and dropped one operation at a time. */
    private static GuardSubject longGpt(
            double dropout,
            Method method,
            Execution execution,
            ActivationConfig activation,
            NDManager manager) {
        GptConfig config =
                GptConfig.nano()
                        .withVocabulary(30)
                        .withContext(LONG)
                        .withWidth(24)
                        .withMlp(40)
                        .withHeads(3)
                        .withDepth(3)
                        .withDropout(dropout)
                        .withActivation(activation);
        var model = new Gpt(config, method, execution);
        model.initialize(manager, 5);
        var text = SyntheticText.split(TextCorpus.Unit.CHARACTERS, 8 * LONG, 2 * LONG, 2 * LONG, 3);
        return new GuardSubject(
                model,
                new TextTask(text, LONG),
                (batch, draw, visitor) -> {
                    throw new UnsupportedOperationException();
                });
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyWayOfDifferentiatingGivesTheSameBits(Model model) {
        for (Method method : List.of(BDIA, Method.midpoint())) {
            List<float[]> reversed = gradients(model, method, REVERSIBLE, GELU);

            for (Execution execution :
                    List.of(
                            of(Backprop.STORE),
                            of(Backprop.CHECKPOINT),
                            REVERSIBLE.withStored(1).withCheckpointed(1))) {
                StepGradients.assertSame(gradients(model, method, execution, GELU), reversed);
            }
            StepGradients.assertSame(
                    gradients(model, method, REVERSIBLE.withChunkTokens(SLICE), GELU),
                    gradients(model, method, of(Backprop.STORE).withChunkTokens(SLICE), GELU));
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void invertedActivationsGiveTheSameBitsInEveryWay(Model model) {
        ActivationConfig inverted = ActivationConfig.inverted(ActivationConfig.Function.GELU);

        StepGradients.assertSame(
                gradients(model, BDIA, REVERSIBLE, inverted),
                gradients(model, BDIA, of(Backprop.STORE), inverted));
    }

    private static Execution of(Backprop backprop) {
        return Execution.of(backprop).withPrecision(Precision.BFLOAT16_BRANCH);
    }

    static Stream<Model> withStates() {
        return Stream.of(VIT, LONG_GPT, SEQ2SEQ);
    }

    @ParameterizedTest
    @MethodSource("withStates")
    void theInverseIsTheIdentityBitForBit(Model model) {
        GuardSubject subject = model.make.of(BDIA, REVERSIBLE, GELU, manager);
        try (Batch batch = subject.task().training(manager, 3, 0, 0, 6)) {
            var key = new StepKey(3, 0, batch.sampleIds());
            NDArray input = StepGradients.padded(batch).get(0);
            Reconstruction rebuilt;
            if (subject.model() instanceof Seq2Seq pair) {
                NDList context = pair.encode(input);
                assertThat(context.get(1).min().getFloat()).isEqualTo(-1e9f); // padding
                rebuilt = Reconstruction.of(pair.decoder(), context.get(0), context, key);
            } else if (subject.model() instanceof Gpt gpt) {
                rebuilt = Reconstruction.of(gpt.stack(), gpt.embed(input), key);
            } else {
                var vit = (VisionTransformer) subject.model();
                rebuilt = Reconstruction.of(vit.stack(), vit.embed(input), key);
            }
            assertThat(rebuilt.mismatches()).isZero();
            assertThat(rebuilt.inputError()).isZero();
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreNearThoseOfFloat32(Model model) {
        GuardSubject subject = model.make.of(BDIA, REVERSIBLE, GELU, manager);
        List<float[]> found = gradients(subject, 0);
        List<float[]> expected =
                gradients(model.make.of(BDIA, Execution.of(Backprop.STORE), GELU, manager), 0);
        double distance = StepGradients.distance(found, expected);

        assertThat(subject.model().kernels().refused()).isEmpty();
        assertThat(distance).as("%s", model).isBetween(1e-5, 3e-2);
    }

    @Test
    void aTrainedModelIsStillRebuilt() {
        GuardSubject subject = SEQ2SEQ.make.of(BDIA, REVERSIBLE, GELU, manager);
        new Trainer(subject.model(), subject.task(), TrainConfig.of(2, 6, 1e-2), 4)
                .withCheckpoints(folder, "bfloat16")
                .train(manager);
        for (Parameter parameter : subject.model().getParameters().values()) {
            assertThat(parameter.getArray().isNaN().any().getBoolean()).isFalse();
        }
    }

    private List<float[]> gradients(
            Model model, Method method, Execution execution, ActivationConfig activation) {
        return gradients(model.make.of(method, execution, activation, manager), 0);
    }

    /** A step in which a rebuilt state that differs is an error. */
    private List<float[]> gradients(GuardSubject subject, int epoch) {
        return StepGradients.of(subject, 6, epoch, manager);
    }
}
