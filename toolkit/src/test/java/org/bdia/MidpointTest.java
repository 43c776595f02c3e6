package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.nn.Parameter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.Decoding;
import org.bdia.nn.Generator;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.ImageTask;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The midpoint rule in whole models. */
class MidpointTest extends TensorTest {

    private static final Method MIDPOINT = Method.midpoint();
    private static final Execution REVERSIBLE = Execution.of(Backprop.REVERSIBLE).withVerify(true);
    private static final ActivationConfig GELU = ActivationConfig.GELU;

    @TempDir private Path folder;

    static Stream<GuardSubject.Make> models() {
        return Stream.of(GuardSubject::vit, GuardSubject::gpt, GuardSubject::seq2Seq);
    }

    @ParameterizedTest
    @MethodSource("models")
    void everyWayOfDifferentiatingGivesTheSameBits(GuardSubject.Make make) {
        List<List<Integer>> stored = differentiated(make, Execution.of(Backprop.STORE));

        assertThat(differentiated(make, Execution.of(Backprop.CHECKPOINT))).isEqualTo(stored);
        assertThat(differentiated(make, REVERSIBLE)).isEqualTo(stored);
        assertThat(differentiated(make, REVERSIBLE.withStored(1).withCheckpointed(1)))
                .isEqualTo(stored);
    }

    @ParameterizedTest
    @MethodSource("models")
    void slicesAndPlainKernelsAreRebuiltToo(GuardSubject.Make make) {
        for (Kernels kernels : Kernels.values()) {
            Execution execution = Execution.lean().withChunkTokens(20).withKernels(kernels);
            assertThat(differentiated(make, execution.withVerify(true)))
                    .isEqualTo(
                            differentiated(
                                    make,
                                    Execution.of(Backprop.CHECKPOINT)
                                            .withChunkTokens(20)
                                            .withKernels(kernels)));
        }
    }

    /** Loss and gradients of one step, as bits. */
    private List<List<Integer>> differentiated(GuardSubject.Make make, Execution execution) {
        GuardSubject subject = make.of(MIDPOINT, execution, GELU, manager);
        List<List<Integer>> bits = new ArrayList<>();
        try (Batch batch = subject.task().training(manager, 3, 0, 0, 6)) {
            float loss =
                    subject.model()
                            .differentiate(
                                    batch.inputs(),
                                    output -> subject.task().loss(output, batch.labels(), 0.1),
                                    new StepKey(3, 0, batch.sampleIds()));
            bits.add(List.of(Float.floatToRawIntBits(loss)));
        }
        bits.addAll(bits(subject.model(), NDArray::getGradient));
        return bits;
    }

    @Test
    void fortyEightBlocksAreRebuiltBitForBitBeforeAndAfterTraining() {
        VisionTransformer vit =
                new VisionTransformer(
                        VitConfig.smoke().withDepth(48).withWidth(30).withMlp(30).withDropout(0.1),
                        MIDPOINT,
                        REVERSIBLE);
        vit.initialize(manager, 5);
        var task = new ImageTask(SyntheticImages.split(10, 12, 0, 1, 3), Augmentation.paper());
        for (int epochs : new int[] {0, 1}) {
            if (epochs > 0) {
                new Trainer(vit, task, TrainConfig.of(epochs, 6, 1e-3), 4).train(manager);
            }
            try (NDScope scope = new NDScope();
                    Batch batch = task.training(manager, 3, 0, 0, 5)) {
                scope.suppressNotUsedWarning();
                NDArray x = vit.embed(batch.inputs().singletonOrThrow());
                Reconstruction rebuilt =
                        Reconstruction.of(vit.stack(), x, new StepKey(3, 0, batch.sampleIds()));
                assertThat(rebuilt.states()).hasSize(49);
                assertThat(rebuilt.mismatches()).isZero();
                assertThat(rebuilt.inputError()).isZero();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void aResumedRunEndsLikeAnUninterruptedOneInEveryLocale(GuardSubject.Make make) {
        Locale locale = Locale.getDefault();
        List<List<List<Integer>>> ends = new ArrayList<>();
        try {
            for (int stop : new int[] {2, Integer.MAX_VALUE}) {
                Locale.setDefault(stop == 2 ? Locale.forLanguageTag("ar-EG-u-nu-arab") : locale);
                train(make, folder.resolve("resumed"), stop, ends);
            }
            train(make, folder.resolve("whole"), Integer.MAX_VALUE, ends);
        } finally {
            Locale.setDefault(locale);
        }
        assertThat(ends).hasSize(2);
        assertThat(ends.get(0)).isEqualTo(ends.get(1));
    }

    private void train(GuardSubject.Make make, Path run, int stop, List<List<List<Integer>>> ends) {
        GuardSubject subject = make.of(MIDPOINT, REVERSIBLE, GELU, manager);
        if (subject.train(TrainConfig.of(2, 6, 1e-2), run, stop, manager)) {
            ends.add(bits(subject.model(), Function.identity()));
        }
    }

    @Test
    void generationWithACacheWritesTheTokensOfTheWholeModel() {
        Gpt gpt =
                (Gpt)
                        GuardSubject.gpt(MIDPOINT, Execution.of(Backprop.STORE), GELU, manager)
                                .model();
        int[] text = {3, 1, 4};
        int[] found = Generator.generate(gpt, manager, text, 6, -1, Decoding.greedy());
        for (int next : found) {
            NDArray row = manager.create(new int[][] {text});
            NDArray last =
                    gpt.predict(new NDList(row.toType(DataType.INT64, false)))
                            .get(0, text.length - 1);
            assertThat((int) last.argMax().getLong()).isEqualTo(next);
            text = Arrays.copyOf(text, text.length + 1);
            text[text.length - 1] = next;
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void liveArraysStayFlat(GuardSubject.Make make) {
        GuardSubject subject = make.of(MIDPOINT, REVERSIBLE, GELU, manager);
        int[] live = new int[5];
        for (int step = 0; step < live.length; step++) {
            try (Batch batch = subject.task().training(manager, 3, step, 0, 6)) {
                subject.model()
                        .differentiate(
                                batch.inputs(),
                                output -> subject.task().loss(output, batch.labels(), 0.1),
                                new StepKey(3, step, batch.sampleIds()));
                subject.model().predict(batch.inputs()).close();
            }
            live[step] = manager.getManagedArrays().size();
        }
        assertThat(live[4]).isEqualTo(live[1]);
    }

    private static List<List<Integer>> bits(
            ReversibleModel model, Function<NDArray, NDArray> values) {
        List<List<Integer>> bits = new ArrayList<>();
        for (Parameter parameter : model.getParameters().values()) {
            NDArray weight = parameter.getArray();
            if (weight.hasGradient()) {
                List<Integer> words = new ArrayList<>();
                for (float value : values.apply(weight).toFloatArray()) {
                    words.add(Float.floatToRawIntBits(value));
                }
                bits.add(words);
            }
        }
        return bits;
    }
}
