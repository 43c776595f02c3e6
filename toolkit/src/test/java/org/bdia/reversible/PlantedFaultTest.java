package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.norm.Dropout;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verify mode names the first state that a fault between forward and backward pass makes wrong. */
class PlantedFaultTest {

    private static final int DEPTH = 6;
    private static final int BATCH = 3;
    private static final int TOKENS = 3;

    private NDManager manager;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** One activation wrong by one grid step is the smallest fault that there is. */
    @ParameterizedTest
    @EnumSource(Kernels.class)
    void aFlippedSideBit(Kernels kernels) {
        Pass pass = new Pass(Toy.branches(manager, DEPTH, 0.1f, DataType.FLOAT32), kernels);
        pass.flip(2, 10);
        pass.assertCaughtAt(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, DEPTH - 1})
    void aChangedGamma(int block) {
        Pass pass = new Pass(Toy.branches(manager, DEPTH, 0.1f, DataType.FLOAT32), Kernels.FUSED);
        pass.tape.gammas[block][1] *= -1;
        pass.assertCaughtAt(block - 1);
    }

    @Test
    void aBranchWithHiddenState() {
        int[] calls = new int[1];
        new Pass(withFourth(h -> h.add(0.01f * calls[0]++)), Kernels.FUSED).assertCaughtAt(3);
    }

    @Test
    void anotherDropoutSeed() {
        int[] seed = {100};
        UnaryOperator<NDArray> dropout =
                h -> {
                    Engine.getEngine("PyTorch").setRandomSeed(seed[0]++);
                    return Dropout.dropout(h, 0.3f, true).singletonOrThrow();
                };
        new Pass(withFourth(dropout), Kernels.FUSED).assertCaughtAt(3);
    }

    @Test
    void oneWeightChanged() {
        List<Toy.Branch> branches = Toy.branches(manager, DEPTH, 0.1f, DataType.FLOAT32);
        Pass pass = new Pass(branches, Kernels.FUSED);
        Autograd.unrecorded(() -> branches.get(3).weight.getArray().get("0,0").addi(0.05f));
        pass.assertCaughtAt(2);
    }

    @ParameterizedTest
    @EnumSource(Kernels.class)
    void withoutAFaultNothingIsCaught(Kernels kernels) {
        Pass pass = new Pass(Toy.branches(manager, DEPTH, 0.3f, DataType.FLOAT32), kernels);
        assertThat(pass.backward().getShape()).isEqualTo(new Shape(BATCH, TOKENS, Toy.WIDTH));
    }

    /** Branches of which h_4 does something to its result. */
    private List<Block> withFourth(UnaryOperator<NDArray> change) {
        List<Block> branches = new ArrayList<>(Toy.branches(manager, DEPTH, 0f, DataType.FLOAT32));
        Block fourth = branches.get(4);
        branches.set(
                4,
                new SequentialBlock()
                        .add(fourth)
                        .add(
                                new LambdaBlock(
                                        list -> new NDList(change.apply(list.singletonOrThrow())),
                                        "fault")));
        branches.get(4).initialize(manager, DataType.FLOAT32, new Shape(1, 1, Toy.WIDTH));
        return branches;
    }

    /** A forward pass that was run, its tape open to faults, and the backward pass to come. */
    private final class Pass {
        final Tape tape;
        private final Execution execution;
        private final Branches branches;
        private final Step step;
        private final NDArray last;

        Pass(List<? extends Block> blocks, Kernels kernels) {
            Method.Bdia method = Method.bdia(0.5);
            execution = Execution.of(Backprop.REVERSIBLE).withKernels(kernels).withVerify(true);
            branches = new Branches(blocks);
            step = Step.of(method, kernels, branches::manager);
            NDArray x = Toy.input(manager, BATCH, TOKENS, DataType.FLOAT32);
            tape = new Tape(x, Toy.draw(BATCH, 4), new NDList(), DEPTH, execution, method);
            var pass = new ForwardPass(branches, step, method, execution, tape);
            last = Autograd.unrecorded(() -> pass.run(x, (index, state) -> {}));
        }

        void flip(int state, int bit) {
            byte[] bytes = tape.sides[state][0].packed().toByteArray();
            bytes[bit / 8] ^= (byte) (1 << bit % 8);
            NDArray flipped =
                    manager.create(
                            ByteBuffer.wrap(bytes), new Shape(bytes.length, 1), DataType.UINT8);
            tape.sides[state][0] =
                    SideBits.packed(
                            tape.manager,
                            flipped,
                            last.getShape(),
                            1,
                            new FixedPoint(FixedPoint.PAPER_LEVEL));
        }

        NDArray backward() {
            var pass = new BackwardPass(branches, step, execution, tape);
            return Autograd.unrecorded(() -> pass.differentiate(last));
        }

        void assertCaughtAt(int state) {
            assertThatThrownBy(this::backward)
                    .isInstanceOfSatisfying(
                            ReconstructionException.class,
                            e -> assertThat(e.state()).isEqualTo(state))
                    .hasMessageContaining("block " + (state + 1) + " did not repeat itself");
        }
    }
}
