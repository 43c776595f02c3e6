package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.SequentialBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.Methods;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A branch that is trained as one function and used as another is found by the first forward pass. */
class RecordedCheckTest extends TensorTest {

    static Stream<Arguments> everyMethodAndBackprop() {
        return Methods.all().stream()
                .flatMap(
                        method ->
                                Stream.of(Backprop.values())
                                        .filter(b -> supports(b, method))
                                        .map(b -> Arguments.of(method, b)));
    }

    private static boolean supports(Backprop backprop, Method method) {
        return backprop != Backprop.REVERSIBLE || method.invertible();
    }

    @ParameterizedTest
    @MethodSource("everyMethodAndBackprop")
    void aBranchThatDiffersWhenRecordedIsRefused(Method method, Backprop backprop) {
        ReversibleStack stack =
                ReversibleStack.of(withThird(RecordedCheckTest::whenRecorded), method, backprop);

        assertThatIllegalStateException()
                .isThrownBy(() -> stack.forward(input(3), Toy.draw(3, 4)))
                .withMessage(
                        "branch 2 (SequentialBlock) of float32(3, 3, 5) differs by up to 0.5 when gradients are"
                                + " recorded, so that what is trained is not what is computed; the engine chooses other"
                                + " kernels when it records, and on machines that hide their caches those of LSTMs and"
                                + " convolutions may be wrong. Use another block there; stack.check(x) tells more");
    }

    @Test
    void aBranchWithStateOfItsOwnIsToldFromIt() {
        int[] calls = new int[1];
        List<Block> branches = withThird(h -> h.mul(0).add(calls[0]++));
        ReversibleStack stack = ReversibleStack.of(branches, Method.standard(), Backprop.STORE);

        assertThatIllegalStateException()
                .isThrownBy(() -> stack.forward(input(3), Toy.draw(3, 4)))
                .withMessage(
                        "branch 2 (SequentialBlock) of float32(3, 3, 5) differs by up to 1.0 when gradients are"
                                + " recorded, so that what is trained is not what is computed; it does not repeat"
                                + " itself without recording either, so it has state or randomness of its own. Use"
                                + " another block there; stack.check(x) tells more");
    }

    @Test
    void theLastSliceIsCheckedToo() {
        UnaryOperator<NDArray> wrongAlone = h -> h.getShape().get(0) == 1 ? whenRecorded(h) : h;
        Execution execution = Execution.of(Backprop.REVERSIBLE).withChunkTokens(6);
        ReversibleStack stack =
                ReversibleStack.of(withThird(wrongAlone), Method.bdia(0.5), execution);

        stack.forward(input(4), Toy.draw(4, 4));
        assertThatIllegalStateException()
                .isThrownBy(() -> stack.forward(input(5), Toy.draw(5, 4)))
                .withMessageStartingWith("branch 2 (SequentialBlock) of float32(1, 3, 5) differs");
    }

    @Test
    void aValueThatIsNoNumberEitherWayIsNotADifference() {
        UnaryOperator<NDArray> broken = h -> h.mul(0).add(Float.NaN);
        ReversibleStack stack =
                ReversibleStack.of(withThird(broken), Method.bdiaFloat(0.5), Backprop.STORE);
        assertThat(stack.forward(input(3), Toy.draw(3, 4)).isNaN().any().getBoolean()).isTrue();
    }

    @Test
    void roundingIsAllowedWhereNothingIsRebuilt() {
        UnaryOperator<NDArray> rounded = h -> Autograd.isRecording() ? h.mul(1 + 1e-6f) : h;
        for (Backprop backprop : List.of(Backprop.STORE, Backprop.CHECKPOINT)) {
            ReversibleStack stack =
                    ReversibleStack.of(withThird(rounded), Method.bdia(0.5), backprop);
            NDArray y = stack.forward(input(3), Toy.draw(3, 4));
            assertThat(stack.backward(y).getShape()).isEqualTo(y.getShape());
        }
        ReversibleStack reversible =
                ReversibleStack.of(withThird(rounded), Method.bdia(0.5), Backprop.REVERSIBLE);
        assertThatIllegalStateException()
                .isThrownBy(() -> reversible.forward(input(3), Toy.draw(3, 4)))
                .withMessageStartingWith("branch 2 (SequentialBlock) of float32(3, 3, 5) differs");
    }

    /** Values and calls: each branch twice more at the first shape, one of a kind at the next, none at a known one. */
    @Test
    void aKnownShapeCostsNothing() {
        int[] calls = new int[1];
        List<Block> branches = new ArrayList<>();
        for (int k = 0; k < 4; k++) {
            branches.add(counting(calls));
        }
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);

        assertThat(callsOf(calls, stack, 3)).isEqualTo(3 * 4);
        assertThat(callsOf(calls, stack, 3)).isEqualTo(4);
        assertThat(callsOf(calls, stack, 2)).isEqualTo(2 + 4);
        assertThat(callsOf(calls, stack, 2)).isEqualTo(4);
    }

    @Test
    void leavesGradientsBitsAndMemoryAlone() {
        List<Toy.Branch> branches = Toy.branches(manager, 4, 0.3f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray x = input(3);
        int before = manager.getManagedArrays().size();
        NDArray first = stack.forward(x, Toy.draw(3, 4));
        stack.close();
        assertThat(manager.getManagedArrays()).hasSize(before + 1);
        for (Toy.Branch branch : branches) {
            assertThat(branch.weight.getArray().getGradient().toFloatArray()).containsOnly(0f);
        }
        NDArray second = stack.forward(x, Toy.draw(3, 4));

        assertThat(Fingerprint.of(second)).isEqualTo(Fingerprint.of(first));
    }

    private static int callsOf(int[] calls, ReversibleStack stack, int batch) {
        calls[0] = 0;
        try (NDManager own = NDManager.newBaseManager()) {
            NDArray x = Toy.input(own, batch, 3, DataType.FLOAT32);
            stack.forward(x, Toy.draw(batch, 4));
            stack.close();
        }
        return calls[0];
    }

    private Block counting(int[] calls) {
        return then(
                Toy.branches(manager, 1, 0f, DataType.FLOAT32).get(0),
                h -> {
                    calls[0]++;
                    return h;
                });
    }

    private NDArray input(int batch) {
        return Toy.input(manager, batch, 3, DataType.FLOAT32);
    }

    /** Another value with gradients than without, and the same one each time. */
    private static NDArray whenRecorded(NDArray h) {
        return h.mul(0).add(Autograd.isRecording() ? 0.5 : 0);
    }

    /** Branches of which h_2 does something to its result. */
    private List<Block> withThird(UnaryOperator<NDArray> change) {
        List<Block> branches = new ArrayList<>(Toy.branches(manager, 4, 0f, DataType.FLOAT32));
        branches.set(2, then(branches.get(2), change));
        return branches;
    }

    private Block then(Block branch, UnaryOperator<NDArray> change) {
        Block block =
                new SequentialBlock()
                        .add(branch)
                        .add(
                                new LambdaBlock(
                                        list -> new NDList(change.apply(list.singletonOrThrow())),
                                        "change"));
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 1, Toy.WIDTH));
        return block;
    }
}
