package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever way a stack is run, it computes the same. */
@ExtendWith(ChosenProducts.Linear.class)
class ExecutionTest extends TensorTest {

    private static final int DEPTH = 6;
    private static final int BATCH = 7;
    private static final int TOKENS = 10;
    private static final int WIDTH = 16;
    private static final Execution REVERSIBLE = Execution.of(Backprop.REVERSIBLE);

    @ParameterizedTest
    @EnumSource(Attention.Pattern.class)
    void fusedKernelsEqualThePlainTwin(Attention.Pattern pattern) {
        Execution fused = Execution.of(Backprop.STORE);
        Execution bfloat16 = fused.withPrecision(Precision.BFLOAT16_BRANCH);
        List<float[]> expected = gradients(pattern, fused.withKernels(Kernels.PLAIN), false);

        Gradients.assertClose(gradients(pattern, fused, false), expected, 1e-5);
        Gradients.assertClose(
                gradients(pattern, fused, true), expected, 1e-5); // a mask that hides nothing
        Gradients.assertClose(
                gradients(pattern, fused.withChunkTokens(TOKENS), false), expected, 1e-5);
        // 8 bits of mantissa, six blocks deep: as one vector, since small gradients are noise.
        List<float[]> whole = List.of(Gradients.joined(expected));
        Gradients.assertClose(
                List.of(Gradients.joined(gradients(pattern, bfloat16, false))), whole, 5e-2);
        Gradients.assertClose(
                List.of(Gradients.joined(gradients(pattern, bfloat16, true))), whole, 5e-2);
    }

    @Test
    void refusesWhatCannotBe() {
        assertThatThrownBy(() -> REVERSIBLE.withStored(-1))
                .hasMessage(
                        "checkpointed, stored and chunkTokens must be 0 or more, but are 0, -1 and 0");
        assertThatThrownBy(
                        () ->
                                REVERSIBLE
                                        .withPrecision(Precision.BFLOAT16_BRANCH)
                                        .withKernels(Kernels.PLAIN))
                .hasMessage(
                        "Precision.BFLOAT16_BRANCH needs Kernels.FUSED: DJL's own operations have no"
                                + " bfloat16");
        List<TransformerBlock> blocks = blocks(Attention.Pattern.FULL, REVERSIBLE, 2);
        assertThatThrownBy(
                        () ->
                                ReversibleStack.of(
                                        blocks,
                                        Method.bdia(0.5),
                                        REVERSIBLE.withStored(2).withCheckpointed(1)))
                .hasMessage("2 blocks are to be stored and 1 checkpointed, but the stack has 2");
        ReversibleStack mixed =
                ReversibleStack.of(blocks, Method.bdia(0.5), REVERSIBLE.withStored(1));
        mixed.forward(input(BATCH), draw(BATCH));
        assertThatThrownBy(mixed::inverse)
                .hasMessage(
                        "inverse() rebuilds what Backprop.REVERSIBLE did not keep, but this stack uses it"
                                + " for the first 1 of 2 blocks");
    }

    /** With as many samples as tokens, a mask (T, T) or (T) is not mistaken for one row per sample. */
    @ParameterizedTest
    @EnumSource(Kernels.class)
    void everyChunkGetsItsMask(Kernels kernels) {
        Execution whole = Execution.of(Backprop.STORE).withKernels(kernels);
        NDArray x = input(TOKENS);
        for (Shape shape :
                List.of(
                        new Shape(TOKENS),
                        new Shape(TOKENS, TOKENS),
                        new Shape(1, 1, TOKENS, TOKENS),
                        new Shape(TOKENS, 1, 1, TOKENS),
                        new Shape(TOKENS, 1, TOKENS, TOKENS))) {
            NDList mask = new NDList(manager.randomNormal(shape));
            Attention.Pattern full = Attention.Pattern.FULL;
            List<float[]> expected = gradients(full, whole, x, mask);
            for (int tokens : new int[] {1, 3 * TOKENS}) {
                Execution chunked = whole.withChunkTokens(tokens);
                Gradients.assertClose(gradients(full, chunked, x, mask), expected, 1e-5);
            }
        }
    }

    private List<float[]> gradients(
            Attention.Pattern pattern, Execution execution, boolean masked) {
        NDList context =
                masked ? new NDList(manager.zeros(new Shape(BATCH, 1, 1, TOKENS))) : new NDList();
        return gradients(pattern, execution, input(BATCH), context);
    }

    private List<float[]> gradients(
            Attention.Pattern pattern, Execution execution, NDArray x, NDList context) {
        List<TransformerBlock> blocks = blocks(pattern, execution, DEPTH);
        try (ReversibleStack stack = ReversibleStack.of(blocks, Method.standard(), execution)) {
            return Gradients.of(stack, blocks, x, context, draw(x.getShape().get(0)));
        }
    }

    private List<TransformerBlock> blocks(
            Attention.Pattern pattern, Execution execution, int depth) {
        Engine.getEngine("PyTorch").setRandomSeed(5);
        List<TransformerBlock> blocks = new ArrayList<>();
        for (int k = 0; k < depth; k++) {
            var block =
                    new TransformerBlock(
                            WIDTH,
                            4,
                            24,
                            pattern,
                            ActivationConfig.of(ActivationConfig.Function.GELU_TANH),
                            0,
                            execution);
            block.initialize(manager, DataType.FLOAT32, new Shape(1, TOKENS, WIDTH));
            blocks.add(block);
        }
        return blocks;
    }

    private NDArray input(int batch) {
        Engine.getEngine("PyTorch").setRandomSeed(6);
        return manager.randomNormal(new Shape(batch, TOKENS, WIDTH));
    }

    private static StepKey draw(long batch) {
        return new StepKey(1, 2, LongStream.range(0, batch).toArray());
    }
}
