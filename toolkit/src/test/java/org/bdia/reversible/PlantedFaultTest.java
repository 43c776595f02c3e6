package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.FixedPoint;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Verify mode names the first state that a fault between forward and backward pass makes wrong. */
class PlantedFaultTest extends TensorTest {

    private static final int DEPTH = 6;
    private static final int BATCH = 3;
    private static final int TOKENS = 3;

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

    /** Nothing that is rebuilt depends on h_0, but its gradients do. */
    @ParameterizedTest
    @MethodSource("firstBlocks")
    void aFirstBlockThatDoesNotRepeatItself(int depth, Kernels kernels, int chunkTokens) {
        int[] calls = new int[1];
        List<Block> branches = with(0, depth, h -> h.add(0.01f * calls[0]++));
        Pass pass = new Pass(branches, kernels, chunkTokens);
        pass.assertCaughtAt(1, "state 1 was recomputed from state 0", "block 0 did not repeat");
    }

    @ParameterizedTest
    @MethodSource("firstBlocks")
    void oneWeightOfTheFirstBlockChanged(int depth, Kernels kernels, int chunkTokens) {
        List<Toy.Branch> branches = Toy.branches(manager, depth, 0.1f, DataType.FLOAT32);
        Pass pass = new Pass(branches, kernels, chunkTokens);
        Autograd.unrecorded(() -> branches.get(0).weight.getArray().get("0,0").addi(0.05f));
        pass.assertCaughtAt(1, "block 0 did not repeat itself");
    }

    /** Where block 0 alone is rebuilt, nothing else looks at x_0. */
    @Test
    void anInputCorruptedByTheFirstBlock() {
        boolean[] armed = new boolean[1];
        Block inPlace =
                new LambdaBlock(
                        list -> {
                            if (armed[0]) {
                                list.head().stopGradient().get("0,0,0").addi(1f);
                            }
                            return list;
                        },
                        "fault");
        Block branch = Toy.branches(manager, 1, 0f, DataType.FLOAT32).get(0);
        Block both = new SequentialBlock().add(inPlace).add(branch);
        both.initialize(manager, DataType.FLOAT32, new Shape(1, 1, Toy.WIDTH));
        Pass pass = new Pass(List.of(both), Kernels.FUSED);
        armed[0] = true;
        pass.assertCaughtAt(1, "block 0 did not repeat");
    }

    static Stream<Arguments> firstBlocks() {
        return Stream.of(1, 2, DEPTH)
                .flatMap(
                        depth ->
                                Stream.of(
                                        Arguments.of(depth, Kernels.FUSED, 0),
                                        Arguments.of(depth, Kernels.PLAIN, 0),
                                        Arguments.of(depth, Kernels.FUSED, TOKENS)));
    }

    @ParameterizedTest
    @MethodSource("firstBlocks")
    void withoutAFaultNothingIsCaught(int depth, Kernels kernels, int chunkTokens) {
        List<Toy.Branch> branches = Toy.branches(manager, depth, 0.3f, DataType.FLOAT32);
        Pass pass = new Pass(branches, kernels, chunkTokens);
        NDArray output = pass.last.duplicate();
        assertThat(pass.backward().getShape()).isEqualTo(new Shape(BATCH, TOKENS, Toy.WIDTH));
        assertThat(pass.last).as("the caller's").isEqualTo(output);
    }

    /** Branches of which h_4 does something to its result. */
    private List<Block> withFourth(UnaryOperator<NDArray> change) {
        return with(4, DEPTH, change);
    }

    private List<Block> with(int index, int depth, UnaryOperator<NDArray> change) {
        List<Block> branches = new ArrayList<>(Toy.branches(manager, depth, 0f, DataType.FLOAT32));
        Block changed = branches.get(index);
        branches.set(
                index,
                new SequentialBlock()
                        .add(changed)
                        .add(
                                new LambdaBlock(
                                        list -> new NDList(change.apply(list.singletonOrThrow())),
                                        "fault")));
        branches.get(index).initialize(manager, DataType.FLOAT32, new Shape(1, 1, Toy.WIDTH));
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
            this(blocks, kernels, 0);
        }

        Pass(List<? extends Block> blocks, Kernels kernels, int chunkTokens) {
            Method.Bdia method = Method.bdia(0.5);
            execution =
                    Execution.of(Backprop.REVERSIBLE)
                            .withKernels(kernels)
                            .withChunkTokens(chunkTokens)
                            .withVerify(true);
            branches = new Branches(blocks);
            step = Step.of(method, kernels);
            NDArray x = Toy.input(manager, BATCH, TOKENS, DataType.FLOAT32);
            tape = new Tape(x, Toy.draw(BATCH, 4), new NDList(), blocks.size(), execution, method);
            var pass = new ForwardPass(branches, step, execution, tape);
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
            assertCaughtAt(state, "block " + (state + 1) + " did not repeat itself");
        }

        void assertCaughtAt(int state, String... words) {
            assertThatThrownBy(this::backward)
                    .isInstanceOfSatisfying(
                            ReconstructionException.class,
                            e -> assertThat(e.state()).isEqualTo(state))
                    .hasMessageContainingAll(words);
        }
    }
}
