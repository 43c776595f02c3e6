package org.bdia;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.nn.Gradients;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.SlicedLoss;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.Evaluation;
import org.bdia.train.Task;
import org.bdia.train.Trainer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Heads that compute logits and loss for slices of tokens, against heads that do it for all at once. */
class HeadTokensTest extends TensorTest {

    private static final int BATCH = 6;
    private static final List<Integer> SLICES = List.of(1, 5, 16, 31, 100_000);
    private static final Execution REVERSIBLE = Execution.of(Backprop.REVERSIBLE);

    @TempDir private Path folder;

    /** A language model by its method. */
    interface Make {
        GuardSubject of(NDManager manager);
    }

    static Stream<Make> models() {
        return Stream.of(
                on -> GuardSubject.GPT.of(Method.bdia(0.5), REVERSIBLE, ActivationConfig.GELU, on),
                on -> GuardSubject.GPT.of(Method.revNet(), REVERSIBLE, ActivationConfig.GELU, on),
                HeadTokensTest::frozen,
                on ->
                        GuardSubject.SEQ2SEQ.of(
                                Method.bdia(0.5), REVERSIBLE, ActivationConfig.GELU, on));
    }

    /** A language model whose embeddings, and so the weights of its head, are frozen. */
    private static GuardSubject frozen(NDManager on) {
        GuardSubject subject =
                GuardSubject.GPT.of(Method.bdia(0.5), REVERSIBLE, ActivationConfig.GELU, on);
        subject.model()
                .getParameters()
                .forEach(entry -> entry.getValue().freeze(entry.getKey().contains("mbedding")));
        return subject;
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAndLossAreThoseOfTheWholeHead(Make make) {
        GuardSubject subject = make.of(manager);
        ReversibleModel model = subject.model();
        try (Batch batch = subject.task().training(manager, 3, 0, 0, BATCH)) {
            for (NDArray labels : List.of(batch.labels(), withIgnored(batch.labels()))) {
                for (double smoothing : new double[] {0, 0.1}) {
                    Gradients.clear(List.of(model));
                    float loss = whole(subject, batch, labels, smoothing);
                    List<float[]> expected = Gradients.of(List.of(model));
                    for (int tokens : SLICES) {
                        Gradients.clear(List.of(model));
                        float sliced = sliced(subject, batch, labels, smoothing, tokens);

                        assertThat(sliced).isCloseTo(loss, within(1e-6f * loss));
                        assertThat(Gradients.distance(Gradients.of(List.of(model)), expected))
                                .as("%d tokens, smoothing %s", tokens, smoothing)
                                .isLessThanOrEqualTo(1e-6);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void gradientsAreAddedToWhatIsThereAndMadeWhereNothingIs(Make make) {
        GuardSubject fresh = make.of(manager);
        GuardSubject other = make.of(manager);
        try (Batch batch = fresh.task().training(manager, 3, 0, 0, BATCH)) {
            sliced(fresh, batch, batch.labels(), 0, 16); // no parameter has a gradient yet
            List<float[]> once = Gradients.of(List.of(fresh.model()));
            whole(other, batch, batch.labels(), 0);
            assertThat(Gradients.distance(once, Gradients.of(List.of(other.model()))))
                    .isLessThanOrEqualTo(1e-6);

            sliced(fresh, batch, batch.labels(), 0, 16);
            once.forEach(gradient -> scale(gradient, 2));
            assertThat(Gradients.distance(Gradients.of(List.of(fresh.model())), once))
                    .isLessThanOrEqualTo(1e-6);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void evaluationMeasuresWhatTheWholeHeadDoes(Make make) {
        GuardSubject subject = make.of(manager);
        TrainConfig config = TrainConfig.of(1, BATCH, 1e-3);
        Map<String, Double> whole = measured(subject, config);
        for (int tokens : SLICES) {
            Map<String, Double> sliced = measured(subject, config.withHeadTokens(tokens));
            assertThat(sliced.keySet()).isEqualTo(whole.keySet());
            whole.forEach(
                    (name, mean) ->
                            assertThat(sliced.get(name))
                                    .as(name)
                                    .isCloseTo(mean, within(1e-6 * mean)));
        }
    }

    private Map<String, Double> measured(GuardSubject subject, TrainConfig config) {
        return new Evaluation(subject.model(), subject.task(), config)
                .measure(manager, Task.Split.VALIDATION, 0);
    }

    @ParameterizedTest
    @MethodSource("models")
    void aResumedRunEndsLikeAnUninterruptedOne(Make make) {
        List<List<float[]>> ends = new ArrayList<>();
        train(make, folder.resolve("resumed"), 2, ends);
        train(make, folder.resolve("resumed"), Integer.MAX_VALUE, ends);
        train(make, folder.resolve("whole"), Integer.MAX_VALUE, ends);

        assertThat(ends).hasSize(2);
        Gradients.assertSame(ends.get(0), ends.get(1));
    }

    private void train(Make make, Path run, int stop, List<List<float[]>> ends) {
        GuardSubject subject = make.of(manager);
        TrainConfig config = TrainConfig.of(2, BATCH, 1e-2).withHeadTokens(20);
        if (subject.train(config, run, stop, manager)) {
            ends.add(subject.weights());
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void liveArraysStayFlat(Make make) {
        GuardSubject subject = make.of(manager);
        assertLiveArraysStayFlat(
                step -> {
                    try (Batch batch = subject.task().training(manager, 3, step, 0, BATCH);
                            NDArray labels = withIgnored(batch.labels())) {
                        sliced(subject, batch, labels, 0.1, 7);
                    }
                    measured(subject, TrainConfig.of(1, BATCH, 1e-3).withHeadTokens(7));
                });
    }

    @Test
    void wrongLabelsAreNamedByTheirPlaceInTheBatch() {
        GuardSubject gpt = models().findFirst().orElseThrow().of(manager);
        try (Batch batch = gpt.task().training(manager, 3, 0, 0, BATCH)) {
            long[] ids = batch.labels().toLongArray();
            ids[40] = 1000;
            assertThatThrownBy(() -> sliced(gpt, batch, labels(batch, ids), 0, 16))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("label 40 of 96 is 1000");
            for (int tokens : new int[] {0, -1}) {
                assertThatThrownBy(() -> gpt.task().slicedLoss(batch.labels(), 0, tokens))
                        .hasMessageContaining("tokens must be at least 1, but is " + tokens);
            }
            Arrays.fill(ids, -100);
            assertThatThrownBy(() -> sliced(gpt, batch, labels(batch, ids), 0, 16))
                    .hasMessageContaining("all 96 labels are ignored");
            assertThatThrownBy(
                            () ->
                                    gpt.model()
                                            .differentiate(
                                                    batch.inputs(),
                                                    new SlicedLoss(6, List.of()),
                                                    key(batch)))
                    .hasMessageContaining("the loss is of 6 tokens, but the model's output has")
                    .hasMessageContaining("one label per token");
        }
        assertThatThrownBy(() -> new SlicedLoss(6, List.of(new SlicedLoss.Slice(4, 7, 1, l -> l))))
                .hasMessage("a slice must be one or more of 6 tokens, but is 4 to 7");
        var first = new SlicedLoss.Slice(0, 4, 0.5, l -> l);
        var second = new SlicedLoss.Slice(3, 6, 0.5, l -> l);
        assertThatThrownBy(() -> new SlicedLoss(6, List.of(second, first)))
                .hasMessage(
                        "a token must be in one slice at most, but 3 is in 0 to 4 and in 3 to 6");
    }

    @Test
    void aModelOfImagesHasNoTokensToSlice() {
        GuardSubject vit =
                GuardSubject.VIT.of(Method.bdia(0.5), REVERSIBLE, ActivationConfig.GELU, manager);
        TrainConfig config = TrainConfig.of(1, BATCH, 1e-2).withHeadTokens(4);
        for (TrainConfig each : List.of(config, config.withEvaluateEvery(2))) {
            assertThatThrownBy(() -> new Trainer(vit.model(), vit.task(), each, 1).train(manager))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(
                            "the head of VisionTransformer does not map each token to logits; set"
                                    + " headTokens to 0");
        }
    }

    /** Every third label ignored, either way, and all of the first 35. */
    private NDArray withIgnored(NDArray labels) {
        long[] ids = labels.toLongArray();
        for (int i = 0; i < ids.length; i++) {
            if (i < 35 || i % 3 == 0) {
                ids[i] = i % 2 == 0 ? -1 : -100;
            }
        }
        return manager.create(ids, labels.getShape());
    }

    private NDArray labels(Batch batch, long... ids) {
        return manager.create(ids, batch.labels().getShape());
    }

    private static StepKey key(Batch batch) {
        return new StepKey(3, 0, batch.sampleIds());
    }

    private static float whole(
            GuardSubject subject, Batch batch, NDArray labels, double smoothing) {
        return subject.model()
                .differentiate(
                        batch.inputs(),
                        output -> subject.task().loss(output, labels, smoothing),
                        key(batch));
    }

    private static float sliced(
            GuardSubject subject, Batch batch, NDArray labels, double smoothing, int tokens) {
        SlicedLoss loss = subject.task().slicedLoss(labels, smoothing, tokens);
        return subject.model().differentiate(batch.inputs(), loss, key(batch));
    }

    private static void scale(float[] values, float factor) {
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
        }
    }
}
