package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Draw;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Kernels;
import org.bdia.reversible.Method;
import org.bdia.reversible.Precision;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.TorchScript;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A fused kernel is used at a shape only where it agrees with its plain twin there. */
class KernelSelectorTest {

    private static final int WIDTH = 12;
    private static final int HEADS = 3;
    private static final int MLP = 20;
    private static final Execution FUSED = Execution.of(Backprop.REVERSIBLE).withVerify(true);

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource(BranchScript.Part.class)
    void everyPartAgreesWithItsTwin(BranchScript.Part part) {
        for (Attention.Pattern pattern : Attention.Pattern.values()) {
            for (long batch : new long[] {1, 2, 5}) {
                for (boolean dropout : new boolean[] {false, true}) {
                    assertThat(difference(part, pattern, batch, null, dropout)).isLessThan(2e-5);
                    assertThat(difference(part, pattern, 1, new Shape(1, 1, 1, 7), dropout))
                            .isLessThan(2e-5);
                    Shape mask = new Shape(batch, 1, 1, 7);
                    assertThat(difference(part, pattern, batch, mask, dropout)).isLessThan(2e-5);
                }
            }
        }
    }

    private static double difference(
            BranchScript.Part part,
            Attention.Pattern pattern,
            long batch,
            Shape mask,
            boolean dropout) {
        boolean attends = part == BranchScript.Part.WHOLE || part == BranchScript.Part.ATTENTION;
        var shape =
                new KernelShape(
                        part,
                        new BranchScript.Options(WIDTH, HEADS, MLP, pattern, Activation.GELU),
                        Precision.FLOAT32,
                        Device.cpu(),
                        batch,
                        7,
                        attends ? mask : null,
                        dropout,
                        JniUtils.getNumThreads());
        TorchScript script =
                BranchScript.of(
                        part,
                        shape.options(),
                        Precision.FLOAT32,
                        shape.mask() != null,
                        new BranchScript.Dropping(dropout, 0));
        return KernelCheck.difference(shape, script);
    }

    @Test
    void aWrongValueIsFoundAndThePlainKernelUsedForwardAndBack() {
        assertPlainWhere("return torch.add(f, g)", "return torch.add(f, torch.mul(g, 1.001))");
    }

    @Test
    void aWrongGradientIsFound() {
        assertPlainWhere("torch.gelu(fc1_output", "torch.gelu(torch.detach(fc1_output)");
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
        List<float[]> faulty = train(6, FUSED, selector, faulty(right, wrong));

        assertThat(told).containsExactly(selector.refused());
        assertThat(selector.refused()).hasSize(1);
        assertThat(selector.refused().get(0))
                .startsWith("WHOLE Options[width=12, heads=3, mlp=20, pattern=CAUSAL")
                .endsWith("FLOAT32, batch 6, tokens 5, cpu");
        Gradients.assertClose(faulty, train(6, FUSED.withKernels(Kernels.PLAIN)), 1e-5);
    }

    @Test
    void otherShapesKeepTheFusedKernel() {
        String wrong = "if torch.gt(batch, 4):\n  f = torch.mul(f, 2.)\nelse:\n  pass\n";
        FusedBranch.Source source =
                faulty("return torch.add(f, g)", wrong + "return torch.add(f, g)");
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
                train(6, FUSED, first, faulty("return torch.add(f, g)", "return torch.add(f, x)"));
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
                                WIDTH, HEADS, MLP, Attention.Pattern.FULL, Activation.GELU),
                        Precision.FLOAT32,
                        input(2),
                        null,
                        false);
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
        difference(BranchScript.Part.WHOLE, Attention.Pattern.LOCALITY, 3, null, true);
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
        var block = new TransformerBlock(WIDTH, HEADS, MLP, pattern, Activation.GELU, 0, execution);
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 5, WIDTH));
        try (ReversibleStack stack =
                ReversibleStack.of(List.of(block), Method.standard(), execution)) {
            NDArray y =
                    stack.forward(input(2), new NDList(mask), new Draw(1, 2, new long[] {0, 1}));
            return List.of(y.toFloatArray(), stack.backward(y).toFloatArray());
        }
    }

    private static FusedBranch.Source faulty(String right, String wrong) {
        return (part, options, precision, masked, dropping) -> {
            BranchScript.Text text = BranchScript.text(part, options, precision, masked, dropping);
            assertThat(text.body()).contains(right);
            return new TorchScript(text.parameters(), text.body().replace(right, wrong));
        };
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
                            WIDTH,
                            HEADS,
                            MLP,
                            Attention.Pattern.CAUSAL,
                            Activation.GELU,
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
                            x, new NDList(), new Draw(1, 2, LongStream.range(0, batch).toArray()));
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
