package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.List;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;

/** Causal attention, and cross-attention with padding, in whole models. */
class LanguageModelsTest extends TensorTest {

    static final GptConfig GPT =
            new GptConfig(
                    11,
                    7,
                    6,
                    3,
                    2,
                    10,
                    0.1,
                    ActivationConfig.of(ActivationConfig.Function.GELU_TANH));
    private static final Seq2SeqConfig SEQ2SEQ = new Seq2SeqConfig(11, 9, 7, 6, 2, 3, 2, 10, 0.1);
    static final StepKey DRAW = new StepKey(3, 2, new long[] {4, 5, 9});

    /** As in linear probing: the rest learns as before. */
    @Test
    void aFrozenEmbeddingIsTrainedAround() {
        for (Backprop backprop : List.of(Backprop.STORE, Backprop.REVERSIBLE)) {
            Gpt model = gpt(GPT.withDropout(0), Method.bdia(0.5), backprop);
            Gpt frozen = gpt(GPT.withDropout(0), Method.bdia(0.5), backprop);
            model.differentiate(inputs(model), LanguageModelsTest::loss, DRAW);
            for (Pair<String, Parameter> entry : frozen.getParameters()) {
                entry.getValue().freeze(entry.getKey().contains("mbedding"));
            }
            frozen.differentiate(inputs(frozen), LanguageModelsTest::loss, DRAW);
            int trained = 0;
            for (Pair<String, Parameter> entry : frozen.getParameters()) {
                if (entry.getValue().requiresGradient()) {
                    trained++;
                    Parameter whole = model.getParameters().get(entry.getKey());
                    assertThat(entry.getValue().getArray().getGradient().toFloatArray())
                            .as(entry.getKey())
                            .isEqualTo(whole.getArray().getGradient().toFloatArray());
                }
            }
            assertThat(trained).isBetween(1, frozen.getParameters().size() - 1);
        }
    }

    @Test
    void plainModelsEqualOneGraphThroughEverything() {
        List<ReversibleModel> models =
                List.of(
                        gpt(GPT.withDropout(0), Method.standard(), Backprop.STORE),
                        translator(SEQ2SEQ.withDropout(0), Method.standard(), Backprop.CHECKPOINT));
        for (ReversibleModel model : models) {
            NDList inputs = inputs(model);
            float loss = model.differentiate(inputs, LanguageModelsTest::loss, DRAW);
            List<float[]> blockwise = Gradients.of(List.of(model));
            Gradients.clear(List.of(model));
            ParameterStore store = new ParameterStore(manager, false);
            NDArray whole =
                    Autograd.recorded(
                            () -> loss(model.forward(store, inputs, true).singletonOrThrow()));
            Autograd.backward(whole);

            assertThat(whole.getFloat()).isEqualTo(loss);
            List<float[]> expected = Gradients.of(List.of(model));
            for (int i = 0; i < expected.size(); i++) {
                assertThat(blockwise.get(i))
                        .as(model.getParameters().keyAt(i))
                        .usingComparatorWithPrecision(1e-6f)
                        .containsExactly(expected.get(i));
            }
        }
    }

    @Test
    void theEncodersOutputGathersItsGradientOverAllDecoderBlocks() {
        Seq2Seq model = translator(SEQ2SEQ.withDropout(0), Method.standard(), Backprop.CHECKPOINT);
        NDList context = model.encode(inputs(model).get(0));
        NDArray target = manager.randomNormal(new Shape(3, 4, 6));
        float[][] sums = new float[2][];
        for (int blocks = 0; blocks < 2; blocks++) {
            NDArray memory = Autograd.leaf(context.get(0));
            NDList seen = new NDList(memory, context.get(1));
            NDArray last = model.decoder().forward(target, seen, DRAW);
            model.decoder().backward(blocks == 0 ? last.onesLike() : last.onesLike().mul(2));
            sums[blocks] = memory.getGradient().toFloatArray();
        }

        assertThat(Gradients.norm(sums[0])).isPositive();
        for (int i = 0; i < sums[0].length; i++) {
            assertThat(sums[1][i]).isCloseTo(2 * sums[0][i], offset(1e-5f));
        }
    }

    @Test
    void paddingIsSeenByNobody() {
        Seq2Seq model = translator(Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray target = manager.create(new long[] {1, 5, 6}, new Shape(1, 3));
        NDArray bare = manager.create(new long[] {3, 4}, new Shape(1, 2));
        NDArray padded = manager.create(new long[] {3, 4, 0, 0, 0}, new Shape(1, 5));

        float[] expected = model.predict(new NDList(bare, target)).toFloatArray();
        assertThat(model.predict(new NDList(padded, target)).toFloatArray())
                .usingComparatorWithPrecision(2e-2f) // a rounding may fall to the other side
                .containsExactly(expected);
        Seq2Seq plain = translator(Method.standard(), Backprop.STORE);
        assertThat(plain.predict(new NDList(padded, target)).toFloatArray())
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(plain.predict(new NDList(bare, target)).toFloatArray());
    }

    @Test
    void aTokenDoesNotSeeLaterOnes() {
        Gpt gpt = gpt(GPT, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray one = manager.create(new long[] {1, 2, 3, 4}, new Shape(1, 4));
        NDArray other = manager.create(new long[] {1, 2, 3, 10}, new Shape(1, 4));

        NDArray first = gpt.predict(new NDList(one));
        NDArray second = gpt.predict(new NDList(other));

        assertThat(second.get(":, :3").toFloatArray()).isEqualTo(first.get(":, :3").toFloatArray());
        assertThat(second.get(":, 3").toFloatArray())
                .isNotEqualTo(first.get(":, 3").toFloatArray());
    }

    @Test
    void bothStacksDrawGammasOfTheirOwn() {
        Seq2Seq model = translator(SEQ2SEQ.withDepths(2, 2), Method.bdia(0.5), Backprop.STORE);
        NDArray x = manager.randomNormal(new Shape(3, 4, 6));
        NDList context = model.encode(inputs(model).get(0));
        float[] second = model.decoder().forward(x, context, DRAW).toFloatArray();
        float[] first = model.decoder().withFirstLayer(0).forward(x, context, DRAW).toFloatArray();

        assertThat(second).isNotEqualTo(first);
    }

    @Test
    void wrongTokensAreRefused() {
        Gpt gpt = gpt(GPT, Method.bdia(0.5), Backprop.REVERSIBLE);
        assertThatThrownBy(() -> gpt.predict(new NDList(ids(1, 11))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the tokens hold the id 11, but the vocabulary has ids 0 to 10; encode the text"
                                + " with the model's own vocabulary");
        assertThatThrownBy(() -> gpt.predict(new NDList(ids(-1, 2))))
                .hasMessageContaining("hold the id -1");
        assertThatThrownBy(() -> gpt.predict(new NDList(ids(1, 2, 3, 4, 5, 6, 7, 8))))
                .hasMessage(
                        "the tokens have 8 tokens a row, but the model's context is 7; cut them, or"
                                + " choose a longer context");
        assertThatThrownBy(() -> gpt.predict(new NDList(manager.zeros(new Shape(1, 2)))))
                .hasMessageStartingWith(
                        "the tokens must be int64 ids of shape (B, T), but are float32(1, 2);");
        assertThatThrownBy(() -> GPT.withVocabulary(1))
                .hasMessage("vocabulary must be at least 2, but is 1");
        assertThatThrownBy(
                        () ->
                                new Seq2Seq(
                                        SEQ2SEQ.withHeads(4),
                                        Method.bdia(0.5),
                                        Backprop.REVERSIBLE))
                .hasMessage("width must be a multiple of heads, but width is 6 and heads is 4");
        ParameterStore store = new ParameterStore(manager, false);
        assertThatThrownBy(() -> gpt.forward(store, new NDList(ids(1, 2)), true))
                .hasMessageContaining("DJL's own trainer can differentiate Method.standard() only");
    }

    @Test
    void noTokensAndSourcesOfPaddingAloneAreRefused() {
        Seq2Seq model = new Seq2Seq(SEQ2SEQ, Method.bdia(0.5), Backprop.REVERSIBLE);
        model.initialize(manager, 1);
        NDArray target = manager.ones(new Shape(3, 2), DataType.INT64);
        NDArray padded = manager.create(new long[] {1, 2, 0, 0, 3, 0}, new Shape(3, 2));
        NDArray none = manager.zeros(new Shape(3, 0), DataType.INT64);
        String alone =
                "row 1 of the source is padding alone (id 0), so there is nothing to attend to; leave the pair out,"
                        + " or end each source with a token";

        assertThatThrownBy(() -> model.encode(padded)).hasMessage(alone);
        assertThatThrownBy(
                        () -> model.differentiate(new NDList(padded, target), NDArray::sum, DRAW))
                .hasMessage(alone);
        assertThatThrownBy(() -> model.encode(none))
                .hasMessage(
                        "the tokens are none, their shape is (3, 0); give at least one row, and one token a row");
    }

    @Test
    void gpt2HasItsNumberOfParameters() {
        GptConfig config = GptConfig.gpt2();
        Gpt one = new Gpt(config.withDepth(1), Method.standard(), Backprop.STORE);
        one.initialize(manager, 1);
        long block = count(one) - (50257L + 1024 + 2) * 768;

        assertThat(count(one) + 11 * block).isEqualTo(124_439_808L); // OpenAI's 124 M
    }

    private Gpt gpt(GptConfig config, Method method, Backprop backprop) {
        Gpt gpt = new Gpt(config, method, Execution.of(backprop).withVerify(true));
        gpt.initialize(manager, 5);
        return gpt;
    }

    private Seq2Seq translator(Method method, Backprop backprop) {
        return translator(SEQ2SEQ, method, backprop);
    }

    private Seq2Seq translator(Seq2SeqConfig config, Method method, Backprop backprop) {
        Seq2Seq model = new Seq2Seq(config, method, Execution.of(backprop).withVerify(true));
        model.initialize(manager, 5);
        return model;
    }

    private NDList inputs(ReversibleModel model) {
        if (model instanceof Gpt) {
            return new NDList(
                    manager.create(
                            new long[] {1, 2, 3, 4, 10, 0, 6, 7, 8, 9, 1, 1}, new Shape(3, 4)));
        }
        long[] source = {3, 4, 5, 0, 0, 6, 7, 8, 9, 10, 2, 0, 0, 0, 0};
        long[] target = {1, 3, 4, 5, 1, 6, 0, 0, 1, 8, 7, 0};
        return new NDList(
                manager.create(source, new Shape(3, 5)), manager.create(target, new Shape(3, 4)));
    }

    private NDArray ids(long... ids) {
        return manager.create(ids, new Shape(1, ids.length));
    }

    private static NDArray loss(NDArray scores) {
        return scores.logSoftmax(-1).get(":, :, 2").mean().neg();
    }

    private static long count(Gpt gpt) {
        return gpt.getParameters().values().stream().mapToLong(p -> p.getArray().size()).sum();
    }
}
