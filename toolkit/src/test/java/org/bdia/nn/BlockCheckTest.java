package org.bdia.nn;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import java.util.List;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StackReport;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The toolkit's own blocks pass the check of a stack, with context, dropout and derivatives by hand. */
class BlockCheckTest {

    private static final Shape STATE = new Shape(2, 5, 8);

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void transformerBlocksAndMlps(boolean inverted) {
        ActivationConfig activation =
                inverted
                        ? ActivationConfig.inverted(ActivationConfig.Function.GELU)
                        : ActivationConfig.GELU;
        try (NDManager manager = NDManager.newBaseManager()) {
            var block =
                    new TransformerBlock(
                            8,
                            2,
                            16,
                            Attention.Pattern.CAUSAL,
                            activation,
                            0.1f,
                            Execution.of(Backprop.STORE));
            StackReport report =
                    check(manager, new NDList(), block, new Mlp(8, 16, activation, 0.1f));

            assertThat(report.passes()).as("%s", report).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void decoderBlocks(boolean inverted) {
        ActivationConfig activation =
                inverted
                        ? ActivationConfig.inverted(ActivationConfig.Function.GELU)
                        : ActivationConfig.GELU;
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray memory = Autograd.leaf(manager.randomNormal(new Shape(2, 3, 8)));
            NDArray ids = manager.create(new long[] {5, 6, 7, 5, 6, 0}, new Shape(2, 3));
            NDArray mask = Heads.padding(ids, DataType.FLOAT32);
            StackReport report =
                    check(
                            manager,
                            new NDList(memory, mask),
                            new DecoderBlock(8, 2, 16, activation, 0.1f),
                            new DecoderBlock(8, 2, 16, activation, 0f));

            assertThat(report.passes()).as("%s", report).isTrue();
            assertThat(memory.getGradient().toFloatArray()).containsOnly(0f);
        }
    }

    private static StackReport check(NDManager manager, NDList context, Block... blocks) {
        Engine.getEngine("PyTorch").setRandomSeed(1);
        for (Block block : blocks) {
            block.initialize(manager, DataType.FLOAT32, STATE);
        }
        NDArray x = manager.randomNormal(STATE);
        return ReversibleStack.of(List.of(blocks), Method.bdia(0.5), Backprop.REVERSIBLE)
                .check(x, context, new StepKey(1, 2, new long[] {3, 4}));
    }
}
