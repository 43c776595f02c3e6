package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.ChosenProducts;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.bdia.torch.Products;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A fused kernel is used at a shape only where it agrees with its plain twin there. */
@ExtendWith(ChosenProducts.Linear.class)
class KernelSelectorTest extends TensorTest {

    private static final int WIDTH = 12;
    private static final int HEADS = 3;
    private static final int MLP = 20;
    private static final Execution FUSED = Execution.of(Backprop.REVERSIBLE).withVerify(true);

    /** An evaluation needs no gradients; training does, and its refusal then holds for evaluation too. */
    @Test
    void gradientsAreComparedWhereTheyAreUsed() {
        FusedBranch.Source source =
                KernelCheckTest.faulty("torch.gelu(hidden", "torch.gelu(torch.detach(hidden)");
        var selector = new KernelSelector();
        var block = block(Attention.Pattern.CAUSAL, FUSED, selector, source);
        var store = new ParameterStore(manager, false);

        NDArray before = Autograd.unrecorded(() -> evaluate(block, store));
        assertThat(selector.refused()).isEmpty();
        Autograd.recorded(() -> evaluate(block, store));
        assertThat(selector.refused()).hasSize(1);

        NDArray after = Autograd.unrecorded(() -> evaluate(block, store));
        var plain =
                block(Attention.Pattern.CAUSAL, FUSED.withKernels(Kernels.PLAIN), selector, source);
        NDArray expected = Autograd.unrecorded(() -> evaluate(plain, store));
        assertThat(after.toFloatArray()).isEqualTo(expected.toFloatArray());
        assertThat(before.sub(after).abs().max().getFloat()).isLessThan(1e-5f);
    }

    private NDArray evaluate(TransformerBlock block, ParameterStore store) {
        return block.forward(store, new NDList(input(3)), false).singletonOrThrow();
    }

    private TransformerBlock block(
            Attention.Pattern pattern,
            Execution execution,
            KernelSelector selector,
            FusedBranch.Source source) {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        var block =
                new TransformerBlock(
                        new BranchScript.Options(WIDTH, HEADS, MLP, pattern, ActivationConfig.GELU),
                        0,
                        execution,
                        selector,
                        source);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 5, WIDTH));
        return block;
    }

    @Test
    void lengthsUpToAPowerOfTwoAreCheckedOnce() {
        var checks = new ArrayList<KernelShape>();
        var selector = new KernelSelector();
        for (long tokens = 1; tokens <= 100; tokens++) {
            allow(selector, checks, tokens, 4, true);
        }
        assertThat(checks)
                .extracting(KernelShape::tokens)
                .containsExactly(1L, 2L, 3L, 5L, 9L, 17L, 33L, 65L);
        checks.clear();
        allow(selector, checks, 70, 5, true);
        allow(selector, checks, 70, 5, false);
        allow(selector, checks, 128, 5, true);
        assertThat(checks).extracting(KernelShape::gradients).containsExactly(true, false);
    }

    private static void allow(
            KernelSelector selector,
            List<KernelShape> checks,
            long tokens,
            long batch,
            boolean gradients) {
        Shape mask = new Shape(batch, 1, 1, tokens);
        KernelShape shape =
                KernelCheckTest.shape(
                        BranchScript.Part.WHOLE,
                        Attention.Pattern.FULL,
                        batch,
                        tokens,
                        mask,
                        false,
                        gradients);
        selector.allows(
                shape,
                checked -> {
                    checks.add(checked);
                    return 0;
                });
    }

    @Test
    void aWrongValueIsFoundAndThePlainKernelUsedForwardAndBack() {
        assertPlainWhere("return torch.add(f, g)", "return torch.add(f, torch.mul(g, 1.001))");
    }

    @Test
    void aWrongGradientIsFound() {
        assertPlainWhere("torch.gelu(hidden", "torch.gelu(torch.detach(hidden)");
    }

    @Test
    void aValueThatIsNoNumberIsFound() {
        assertPlainWhere(
                "return torch.add(f, g)", "return torch.add(f, torch.log(torch.sub(g, 1.0e9)))");
    }

    /** Plants a fault for batches above four samples. */
    private void assertPlainWhere(String right, String wrong) {
        var selector = new KernelSelector();
        List<List<String>> told = new ArrayList<>();
        selector.onRefusal(told::add);
        List<float[]> faulty = train(6, FUSED, selector, KernelCheckTest.faulty(right, wrong));

        assertThat(told).containsExactly(selector.refused());
        assertThat(selector.refused()).hasSize(1);
        assertThat(selector.refused().get(0))
                .startsWith("WHOLE Options[width=12, heads=3, mlp=20, pattern=CAUSAL")
                .endsWith("FLOAT32, batch 6, tokens up to 8, cpu");
        Gradients.assertClose(faulty, train(6, FUSED.withKernels(Kernels.PLAIN)), 1e-5);
    }

    @Test
    void otherShapesKeepTheFusedKernel() {
        String wrong = "if torch.gt(batch, 4):\n    f = torch.mul(f, 2.)\n  else:\n    pass\n  ";
        FusedBranch.Source source =
                KernelCheckTest.faulty("return torch.add(f, g)", wrong + "return torch.add(f, g)");
        var selector = new KernelSelector();

        train(6, FUSED, selector, source);
        List<float[]> small = train(3, FUSED, selector, source);

        assertThat(selector.refused()).hasSize(1);
        Gradients.assertSame(small, train(3, FUSED));
    }

    @Test
    void aResumedRunObeysEarlierRefusals() {
        var first = new KernelSelector();
        List<float[]> before =
                train(
                        6,
                        FUSED,
                        first,
                        KernelCheckTest.faulty("return torch.add(f, g)", "return torch.add(f, x)"));
        var resumed = new KernelSelector();
        resumed.refuse(first.refused());

        List<float[]> after = train(6, FUSED, resumed, BranchScript::of);

        assertThat(resumed.refused()).isEqualTo(first.refused());
        Gradients.assertSame(after, before);
    }

    @Test
    void aShapeIsCheckedOnceAndTheGeneratorIsLeftAlone() {
        var checks = new ArrayList<KernelShape>();
        var selector = new KernelSelector();
        var shape =
                KernelShape.of(
                        BranchScript.Part.MLP,
                        new BranchScript.Options(
                                WIDTH, HEADS, MLP, Attention.Pattern.FULL, ActivationConfig.GELU),
                        Products.LINEAR,
                        Precision.FLOAT32,
                        new NDArray[] {input(2)},
                        null,
                        false,
                        true);
        for (int i = 0; i < 3; i++) {
            assertThat(
                            selector.allows(
                                    shape,
                                    s -> {
                                        checks.add(s);
                                        return 1e-4;
                                    }))
                    .isTrue();
        }
        assertThat(checks).containsExactly(shape);

        Engine.getEngine("PyTorch").setRandomSeed(4);
        float expected = manager.randomNormal(new Shape(1)).getFloat();
        Engine.getEngine("PyTorch").setRandomSeed(4);
        KernelCheckTest.difference(
                BranchScript.Part.WHOLE, Attention.Pattern.LOCALITY, 3, null, true);
        assertThat(manager.randomNormal(new Shape(1)).getFloat()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"FULL, 0, 5", "CAUSAL, 0, 2", "LOCALITY, 1, 5"})
    void tokensThatSeeNothingHaveThePlainGradients(Attention.Pattern pattern, int from, int to) {
        float[] hidden = new float[5];
        Arrays.fill(hidden, from, to, -1e9f);
        NDArray mask = manager.create(hidden, new Shape(1, 1, 1, 5));
        Gradients.assertClose(
                masked(pattern, mask, Kernels.FUSED), masked(pattern, mask, Kernels.PLAIN), 1e-5);
    }

    /** The value and the input's gradient under a mask. */
    private List<float[]> masked(Attention.Pattern pattern, NDArray mask, Kernels kernels) {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        Execution execution = Execution.of(Backprop.STORE).withKernels(kernels);
        var block =
                new TransformerBlock(
                        WIDTH, HEADS, MLP, pattern, ActivationConfig.GELU, 0, execution);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 5, WIDTH));
        try (ReversibleStack stack =
                ReversibleStack.of(List.of(block), Method.standard(), execution)) {
            NDArray y =
                    stack.forward(input(2), new NDList(mask), new StepKey(1, 2, new long[] {0, 1}));
            return List.of(y.toFloatArray(), stack.backward(y).toFloatArray());
        }
    }

    private List<float[]> train(int batch, Execution execution) {
        return train(batch, execution, new KernelSelector(), BranchScript::of);
    }

    /** The output, ∂L/∂x and all parameter gradients. */
    private List<float[]> train(
            int batch, Execution execution, KernelSelector selector, FusedBranch.Source source) {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            var block =
                    new TransformerBlock(
                            new BranchScript.Options(
                                    WIDTH,
                                    HEADS,
                                    MLP,
                                    Attention.Pattern.CAUSAL,
                                    ActivationConfig.GELU),
                            0,
                            execution,
                            selector,
                            source);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, 5, WIDTH));
            blocks.add(block);
        }
        try (ReversibleStack stack = ReversibleStack.of(blocks, Method.bdia(0.5), execution)) {
            NDArray x = input(batch);
            NDArray y =
                    stack.forward(
                            x,
                            new NDList(),
                            new StepKey(1, 2, LongStream.range(0, batch).toArray()));
            NDArray dx = stack.backward(y.mul(0.01));
            List<float[]> all = new ArrayList<>(List.of(y.toFloatArray(), dx.toFloatArray()));
            for (TransformerBlock block : blocks) {
                for (Parameter parameter : block.getParameters().values()) {
                    all.add(parameter.getArray().getGradient().toFloatArray());
                }
            }
            return all;
        }
    }

    private NDArray input(int batch) {
        Engine.getEngine("PyTorch").setRandomSeed(6);
        return manager.randomNormal(new Shape(batch, 5, WIDTH));
    }
}
