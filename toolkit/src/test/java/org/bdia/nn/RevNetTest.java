package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The two-stream baseline in whole models. */
class RevNetTest extends TensorTest {

    private static final VitConfig VIT =
            VitConfig.smoke().withPatch(16).withWidth(8).withMlp(12).withDepth(3);
    private static final GptConfig GPT = LanguageModelsTest.GPT;
    private static final StepKey DRAW = LanguageModelsTest.DRAW;

    @Test
    void aWholeRevVitEqualsOneWrittenFromItsEquations() {
        VisionTransformer vit = vit(VIT, Execution.of(Backprop.REVERSIBLE));
        PlainRevVit plain = new PlainRevVit(VIT, vit);
        NDArray images = images();
        float[] scores = vit.predict(new NDList(images)).toFloatArray();
        float loss = vit.differentiate(new NDList(images), RevNetTest::loss, DRAW);
        List<float[]> found = Gradients.of(List.of(vit));
        Gradients.clear(List.of(vit));

        NDArray whole = Autograd.recorded(() -> loss(plain.scores(images)));
        Autograd.backward(whole);

        assertThat(scores)
                .usingComparatorWithPrecision(1e-6f)
                .containsExactly(plain.scores(images).toFloatArray());
        assertThat(loss).isCloseTo(whole.getFloat(), within(1e-6f));
        Gradients.assertCloseToLargest(found, Gradients.of(List.of(vit)), 1e-5);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 6, 12, 24})
    void statesComeBackUpToASmallDrift(int depth) {
        VisionTransformer vit = vit(VIT.withDepth(depth), Execution.of(Backprop.REVERSIBLE));
        NDArray x = vit.embed(images()).mul(50);

        Reconstruction coupled = Reconstruction.of(vit.stack(), x, DRAW);
        double exact;
        try (ReversibleStack bdia = vit.stack(Method.bdia(0.5), Backprop.REVERSIBLE)) {
            exact = Reconstruction.of(bdia, x, DRAW).inputError();
        }

        assertThat(coupled.states()).hasSize(2 * depth + 1);
        float largest = x.abs().max().getFloat();
        assertThat(coupled.inputError() / largest).isBetween(1e-9, 1e-6);
        assertThat(exact).isZero();
    }

    @ParameterizedTest
    @EnumSource(Attention.Pattern.class)
    void fusedHalvesEqualTheirPlainTwins(Attention.Pattern pattern) {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        Execution plain = Execution.of(Backprop.STORE).withKernels(Kernels.PLAIN);
        var one = new TransformerBlock(8, 2, 12, pattern, ActivationConfig.GELU, 0, plain);
        var other =
                new TransformerBlock(
                        8, 2, 12, pattern, ActivationConfig.GELU, 0, Execution.of(Backprop.STORE));
        NDArray x = manager.randomNormal(new Shape(3, 4, 8));
        NDArray mask = manager.randomNormal(new Shape(3, 1, 1, 4));
        for (TransformerBlock block : List.of(one, other)) {
            Engine.getEngine("PyTorch").setRandomSeed(6);
            block.initialize(manager, DataType.FLOAT32, x.getShape());
        }
        for (int half = 0; half < 2; half++) {
            for (NDList inputs : List.of(new NDList(x), new NDList(x, mask))) {
                assertThat(run(other.halves().get(half), inputs))
                        .usingComparatorWithPrecision(1e-5f)
                        .containsExactly(run(one.halves().get(half), inputs));
            }
        }
    }

    private float[] run(HalfBlock half, NDList inputs) {
        ParameterStore store = new ParameterStore(manager, false);
        return half.forward(store, inputs, false).singletonOrThrow().toFloatArray();
    }

    @Test
    void generationWithACacheWritesTheTokensOfTheWholeModel() {
        Gpt gpt = gpt(GPT.withDropout(0), Backprop.STORE);
        int[] text = {3, 1, 4};
        int[] found = Generator.generate(gpt, manager, text, 4, -1, Decoding.greedy());
        for (int next : found) {
            NDArray row =
                    manager.create(text, new Shape(1, text.length)).toType(DataType.INT64, false);
            NDArray last = gpt.predict(new NDList(row)).get(0, text.length - 1);
            assertThat((int) last.argMax().getLong()).isEqualTo(next);
            text = Tokens.concat(text, new int[] {next});
        }
    }

    @Test
    void aGptOfTwoStreamsHasTheWeightsOfEveryOther() {
        Gpt plain = new Gpt(GPT, Method.standard(), Backprop.STORE);
        plain.initialize(manager, 5);

        Map<String, Shape> expected = shapes(plain);
        assertThat(shapes(gpt(GPT, Backprop.REVERSIBLE))).isEqualTo(expected);
    }

    @Test
    void anEncoderWithADecoderIsRefused() {
        assertThatThrownBy(
                        () -> new Seq2Seq(Seq2SeqConfig.smoke(), Method.revNet(), Backprop.STORE))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(
                        "a Seq2Seq runs one stream per stack, but RevNet[] needs two");
    }

    private VisionTransformer vit(VitConfig config, Execution execution) {
        VisionTransformer vit = new VisionTransformer(config, Method.revNet(), execution);
        vit.initialize(manager, 5);
        return vit;
    }

    private Gpt gpt(GptConfig config, Backprop backprop) {
        Gpt gpt = new Gpt(config, Method.revNet(), backprop);
        gpt.initialize(manager, 5);
        return gpt;
    }

    private NDArray images() {
        Engine.getEngine("PyTorch").setRandomSeed(17);
        return manager.randomNormal(0f, 1f, new Shape(3, 3, 32, 32), DataType.FLOAT32);
    }

    /** Not the mean of the scores, whose gradient layer normalisation may cancel. */
    private static NDArray loss(NDArray scores) {
        return scores.logSoftmax(-1).get(":, 2").mean().neg();
    }

    private static Map<String, Shape> shapes(ReversibleModel model) {
        Map<String, Shape> shapes = new TreeMap<>();
        for (Pair<String, Parameter> entry : model.getParameters()) {
            shapes.put(entry.getKey(), entry.getValue().getArray().getShape());
        }
        return shapes;
    }
}
