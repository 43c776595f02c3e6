package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.norm.BatchNorm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a stack refuses, and what verify mode catches. */
class ReversibleStackRefusalTest extends TensorTest {

    @Test
    void aStateOutOfRangeNamesTheStateTheBoundAndTheRemedy() {
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray x = manager.full(new Shape(3, 1, Toy.WIDTH), 40960f);

        assertThatThrownBy(() -> stack.forward(x, draw()))
                .isInstanceOf(StateRangeException.class)
                .hasMessage(
                        "state 0 reaches 40960.0, but level 9 represents float32 exactly only below"
                                + " 32768.0 (2^(24-9)); lower the level to 8, or the learning rate");
        NDArray minus = x.neg();
        int before = manager.getManagedArrays().size();
        assertThatThrownBy(() -> stack.infer(minus))
                .isInstanceOf(StateRangeException.class)
                .hasMessageContaining("reaches -40960.0");
        assertThat(manager.getManagedArrays()).as("nothing is left behind").hasSize(before);
    }

    @Test
    void nanIsRefused() {
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray x = manager.full(new Shape(3, 1, Toy.WIDTH), Float.NaN);

        assertThatThrownBy(() -> stack.forward(x, draw()))
                .isInstanceOf(StateRangeException.class)
                .hasMessageContaining("state 0 holds NaN");
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT64", "INT32", "FLOAT16"})
    void otherTypesAreRefusedOnTheGrid(DataType type) {
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);

        assertThatThrownBy(() -> stack.forward(manager.zeros(new Shape(3, 1, 5), type), draw()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("states of bdia are float32, but the input is")
                .hasMessageContaining("toType(DataType.FLOAT32, false)");
    }

    @Test
    void impossiblePairsAreRefused() {
        List<Toy.Branch> branches = Toy.branches(manager, 1, 0f, DataType.FLOAT32);

        assertThatThrownBy(
                        () -> ReversibleStack.of(branches, Method.standard(), Backprop.REVERSIBLE))
                .hasMessageContaining("REVERSIBLE needs a method with an inverse");
        assertThatThrownBy(() -> ReversibleStack.of(List.of(), Method.standard(), Backprop.STORE))
                .hasMessageContaining("at least one branch");
        assertThatThrownBy(
                        () ->
                                ReversibleStack.of(
                                        List.of(BatchNorm.builder().build()),
                                        Method.bdia(0.5),
                                        Backprop.REVERSIBLE))
                .hasMessageContaining("branch 0 keeps running statistics")
                .hasMessageContaining("LayerNorm");
    }

    @Test
    void misuseIsRefused() {
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.STORE);

        assertThatThrownBy(() -> stack.backward(x)).hasMessageContaining("call forward(x, draw)");
        assertThatThrownBy(() -> stack.forward(x, Toy.draw(4, 0)))
                .hasMessageContaining("one sample id per row");
        stack.forward(x, draw());
        assertThatThrownBy(stack::inverse).hasMessageContaining("this stack uses STORE");
        assertThatThrownBy(() -> stack.backward(x.get("0:2")))
                .hasMessageContaining(
                        "the gradient is float32(2, 3, 5) on cpu(), but the output is");
        assertThatThrownBy(() -> stack.backward(x.toType(DataType.FLOAT64, true)))
                .hasMessageContaining("the gradient is float64(3, 3, 5)");
    }

    @Test
    void verifyIsSilentWhereNothingIsRebuiltBitForBit() {
        List<Toy.Branch> branches = Toy.branches(manager, 6, 0.1f, DataType.FLOAT32);
        ReversibleStack stack =
                ReversibleStack.of(
                        branches,
                        Method.bdiaFloat(0.5),
                        Execution.of(Backprop.REVERSIBLE).withVerify(true));
        NDArray y = stack.forward(Toy.input(manager, 3, 3, DataType.FLOAT32), draw());

        assertThat(stack.backward(y).getShape()).isEqualTo(y.getShape());
    }

    @Test
    void verifyCatchesAnOutputChangedInPlace() {
        List<Toy.Branch> branches = Toy.branches(manager, 6, 0f, DataType.FLOAT32);
        ReversibleStack stack =
                ReversibleStack.of(
                        branches,
                        Method.bdia(0.5),
                        Execution.of(Backprop.REVERSIBLE).withVerify(true));
        NDArray y = stack.forward(Toy.input(manager, 3, 3, DataType.FLOAT32), draw());
        y.addi(1f);

        assertThatThrownBy(() -> stack.backward(y)).isInstanceOf(ReconstructionException.class);
    }

    @Test
    void verifyPassesWhenBlocksRepeatAndCatchesAChangedWeight() {
        List<Toy.Branch> branches = Toy.branches(manager, 6, 0.1f, DataType.FLOAT32);
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        ReversibleStack stack =
                ReversibleStack.of(
                        branches,
                        Method.bdia(0.5),
                        Execution.of(Backprop.REVERSIBLE).withVerify(true));
        NDArray y = stack.forward(x, draw());
        stack.backward(y);
        NDArray again = stack.forward(x, draw());
        Autograd.unrecorded(() -> branches.get(3).weight.getArray().addi(0.01f));

        assertThatThrownBy(() -> stack.backward(again))
                .isInstanceOf(ReconstructionException.class)
                .hasMessageContaining("state 2 was rebuilt differently")
                .hasMessageContaining("block 3 did not repeat itself");
    }

    @ParameterizedTest
    @EnumSource(Kernels.class)
    void branchesNeedNoParameters(Kernels kernels) {
        List<Block> branches = List.of(lambda(NDArray::tanh), lambda(NDArray::tanh));
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        Execution execution = Execution.of(Backprop.REVERSIBLE).withKernels(kernels);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), execution);

        assertThat(stack.backward(stack.forward(x, draw())).getShape()).isEqualTo(x.getShape());
    }

    @ParameterizedTest
    @EnumSource(Backprop.class)
    void aBranchThatDependsOnNothingIsRefused(Backprop backprop) {
        List<Block> branches = new ArrayList<>(Toy.branches(manager, 2, 0f, DataType.FLOAT32));
        branches.add(lambda(NDArray::onesLike));
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), backprop);

        assertThatThrownBy(() -> stack.forward(Toy.input(manager, 3, 3, DataType.FLOAT32), draw()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "branch 2 (LambdaBlock) depends neither on its input nor on a parameter that requires a"
                                + " gradient, so there is nothing to differentiate; compute it from its input, or leave"
                                + " it out");
    }

    @Test
    void aBranchWithTwoOutputsIsNamed() {
        List<Block> branches = new ArrayList<>(Toy.branches(manager, 1, 0f, DataType.FLOAT32));
        branches.add(lambdas(list -> new NDList(list.get(0), list.get(0))));
        ReversibleStack stack = ReversibleStack.of(branches, Method.standard(), Backprop.STORE);
        NDArray x = Toy.input(manager, 3, 3, DataType.FLOAT32);
        String message =
                "branch 1 (LambdaBlock) has 2 outputs; a residual branch has one, like its input: float32(3, 3, 5)";

        assertThatThrownBy(() -> stack.forward(x, draw()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> stack.infer(x)).hasMessage(message);
    }

    @Test
    void anInputWithoutTokensIsRefused() {
        List<Toy.Branch> branches = Toy.branches(manager, 2, 0f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), Backprop.REVERSIBLE);
        NDArray x = manager.zeros(new Shape(3, 0, 5));
        String message =
                "the input has no values, its shape is (3, 0, 5); every axis of (B, T, D) must be at least 1 long";

        assertThatThrownBy(() -> stack.forward(x, draw())).hasMessage(message);
        assertThatThrownBy(() -> stack.infer(x)).hasMessage(message);
        assertThatThrownBy(() -> stack.check(x)).hasMessage(message);
    }

    private Block lambda(UnaryOperator<NDArray> function) {
        return lambdas(list -> new NDList(function.apply(list.singletonOrThrow())));
    }

    private Block lambdas(UnaryOperator<NDList> function) {
        Block block = new LambdaBlock(function, "function");
        block.initialize(manager, DataType.FLOAT32, new Shape(3, 3, Toy.WIDTH));
        return block;
    }

    private static StepKey draw() {
        return Toy.draw(3, 4);
    }
}
