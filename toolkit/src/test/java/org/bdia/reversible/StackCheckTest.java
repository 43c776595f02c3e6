package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.nn.Gradients;
import org.bdia.torch.Autograd;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Planted faults are found, each by its own column, and sound blocks pass. */
class StackCheckTest extends TensorTest {

    private static final Shape STATE = new Shape(3, 4, Toy.WIDTH);

    @ParameterizedTest
    @MethodSource("org.bdia.config.Methods#all")
    void soundBranchesPass(Method method) {
        Execution execution = Execution.of(Backprop.CHECKPOINT);
        assertPass(method, execution);
        assertPass(method, execution.withChunkTokens(8));
        assertPass(method, execution.withKernels(Kernels.PLAIN));
    }

    private void assertPass(Method method, Execution execution) {
        List<Toy.Branch> branches = Toy.branches(manager, 4, 0.3f, DataType.FLOAT32);
        ReversibleStack stack = ReversibleStack.of(branches, method, execution).withDropPath(0.2);

        StackReport report = stack.check(input());

        assertThat(report.passes()).as("%s", report).isTrue();
        assertThat(report.branches()).hasSize(4);
        if (method.exact()) {
            assertThat(report.reconstruction().states()).hasSize(5);
        } else {
            assertThat(report.reconstruction()).isNull();
        }
    }

    /** Products alone: what DJL's convolutions and LSTMs compute depends on the machine. */
    @Test
    void aSoundBlockOfDjlPasses() {
        Block linear =
                new SequentialBlock()
                        .add(LayerNorm.builder().axis(2).build())
                        .add(Linear.builder().setUnits(8).build())
                        .add(Activation.reluBlock())
                        .add(Linear.builder().setUnits(Toy.WIDTH).build());
        assertThat(check(linear).passes()).isTrue();
    }

    /** A step that crosses kinks measures another slope; the padding of every other input is on one. */
    @Test
    void everyRightReluBlockPasses() {
        for (int seed = 0; seed < 50; seed++) {
            Block block = new Relu(UnaryOperator.identity(), UnaryOperator.identity());
            StackReport report = relu(seed, block, seed % 2);
            assertThat(report.passes()).as("seed %d%n%s", seed, report).isTrue();
        }
    }

    @Test
    void aWrongDerivativeOfAReluBlockIsFoundWithEverySeed() {
        for (int seed = 0; seed < 50; seed++) {
            float factor = List.of(1.05f, 0.95f, 0f).get(seed % 3);
            UnaryOperator<NDArray> wrong =
                    a -> a.mul(factor).add(a.stopGradient().mul(1 - factor)); // about a itself
            Block block =
                    seed % 2 == 0
                            ? new Relu(wrong, UnaryOperator.identity())
                            : new Relu(UnaryOperator.identity(), wrong);
            StackReport report = relu(seed, block, seed / 2 % 2);
            assertThat(report.branches().get(0).derivative())
                    .as("seed %d%n%s", seed, report)
                    .isGreaterThan(BranchCheck.TOLERANCE);
        }
    }

    private StackReport relu(int seed, Block block, int padding) {
        Engine.getEngine("PyTorch").setRandomSeed(seed);
        block.initialize(manager, DataType.FLOAT32, STATE);
        NDArray x = manager.randomNormal(new Shape(2, 3 - padding, Toy.WIDTH));
        NDArray zeros = manager.zeros(new Shape(2, padding, Toy.WIDTH));
        return ReversibleStack.of(List.of(block), Method.standard(), Backprop.STORE)
                .check(padding == 0 ? x : x.concat(zeros, 1));
    }

    @Test
    void roundingIsAllowedWhereNothingIsRebuilt() {
        UnaryOperator<NDArray> rounded = h -> Autograd.isRecording() ? h.mul(1 + 1e-6f) : h;
        Block block = then(toy(), rounded);
        block.initialize(manager, DataType.FLOAT32, STATE);
        for (Backprop backprop : Backprop.values()) {
            StackReport report =
                    ReversibleStack.of(List.of(block), Method.bdia(0.5), backprop).check(input());
            assertThat(report.branches().get(0).recording()).isPositive();
            assertThat(report.passes()).as("%s", report).isEqualTo(backprop != Backprop.REVERSIBLE);
        }
    }

    @Test
    void aDetachedPartIsFound() {
        StackReport report = check(then(toy(), h -> h.add(h.stopGradient())));
        assertFound(report, 0, 0);
        assertThat(report.branches().get(0).derivative()).isBetween(0.4, 0.6);
    }

    @Test
    void aScaledDerivativeIsFound() {
        StackReport report = check(then(toy(), h -> h.mul(1.1f).add(h.stopGradient().mul(-0.1f))));
        assertFound(report, 0, 0);
        assertThat(report.branches().get(0).derivative()).isBetween(0.08, 0.1);
    }

    @Test
    void aDetachedParameterIsNamed() {
        StackReport report = check(toy(), new Detached());

        assertThat(report.branches().get(0).passes()).isTrue();
        assertThat(report.branches().get(1).worst()).isEqualTo("scale");
        assertThat(report.branches().get(1).derivative()).isGreaterThan(0.3);
    }

    @Test
    void aDetachedContextIsNamed() {
        Block block =
                new LambdaBlock(
                        list -> new NDList(list.get(0).tanh().add(list.get(1).stopGradient())),
                        "detached");
        block.initialize(manager, DataType.FLOAT32, STATE, STATE);
        NDArray context = Autograd.leaf(input());
        StackReport report =
                ReversibleStack.of(List.of(block), Method.standard(), Backprop.STORE)
                        .check(input(), new NDList(context), Toy.draw(3, 4));

        assertThat(report.branches().get(0).worst()).isEqualTo("context 0");
        assertThat(report.branches().get(0).derivative()).isCloseTo(1, within(1e-3));
        assertThat(report.passes()).isFalse();
    }

    @Test
    void aBranchThatDoesNotRepeatItselfIsFound() {
        int[] calls = new int[1];
        StackReport report = check(then(toy(), h -> h.add(0.25f * (calls[0]++ % 2))));

        assertThat(report.branches().get(0).repetition()).isCloseTo(0.25, within(1e-6));
        assertThat(report.reconstruction()).isNull();
        assertThat(report.passes()).isFalse();
    }

    @Test
    void aBranchThatDiffersWhenRecordedIsFound() {
        StackReport report = check(then(toy(), h -> h.add(Autograd.isRecording() ? 0.5 : 0)));
        assertFound(report, 0, 0.5);
    }

    @Test
    void leavesParametersGradientsAndTheKeptPassAlone() {
        List<Toy.Branch> branches = Toy.branches(manager, 3, 0.3f, DataType.FLOAT32);
        NDArray x = input();
        for (Backprop backprop : Backprop.values()) {
            ReversibleStack stack = ReversibleStack.of(branches, Method.bdia(0.5), backprop);
            List<Long> expected = differentiate(stack, branches, x, false);
            int live = manager.getManagedArrays().size();
            assertThat(differentiate(stack, branches, x, true)).isEqualTo(expected);
            assertThat(manager.getManagedArrays()).hasSize(live);
        }
    }

    @Test
    void printsATable() {
        assertThat(
                        new StackReport(
                                List.of(new BranchCheck(0, "Toy", 0, 0.5, 0, 1e-4, "input")), null))
                .hasToString(
                        """
                        k   block                repeats         recorded        derivative
                        0   Toy                  same bits       off by 5.0e-01  1.0e-04 in input               WRONG
                        inverse: not exact, or not tried""");
    }

    /** Fingerprints of all gradients and weights of one step, perhaps with a check in the middle. */
    private List<Long> differentiate(
            ReversibleStack stack, List<Toy.Branch> branches, NDArray x, boolean check) {
        Gradients.clear(branches);
        List<Long> prints = new ArrayList<>();
        try (NDArray y = stack.forward(x, Toy.draw(3, 4))) {
            if (check) {
                assertThat(stack.check(x).passes()).isTrue();
            }
            try (NDArray dx = stack.backward(y)) {
                prints.add(Fingerprint.of(dx));
            }
        }
        for (Toy.Branch branch : branches) {
            prints.add(Fingerprint.of(branch.weight.getArray()));
            try (NDArray gradient = branch.weight.getArray().getGradient()) {
                prints.add(Fingerprint.of(gradient));
            }
        }
        return prints;
    }

    private static void assertFound(StackReport report, double repetition, double recording) {
        assertThat(report.passes()).as("%s", report).isFalse();
        assertThat(report.branches().get(0).repetition()).isEqualTo(repetition);
        assertThat(report.branches().get(0).recording()).isCloseTo(recording, within(1e-6));
    }

    /** h(x) = s x, of which s gets no gradient. */
    private static final class Detached extends AbstractBlock {
        private final Parameter scale =
                addParameter(
                        Toy.weight("scale", new NormalInitializer(0.7f), new Shape(Toy.WIDTH)));

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray x = inputs.singletonOrThrow();
            NDArray factor = store.getValue(scale, x.getDevice(), training);
            return new NDList(x.mul(factor.stopGradient()));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return inputShapes;
        }
    }

    /** h(x) = relu(x W + b) V. */
    private static final class Relu extends AbstractBlock {
        private static final int HIDDEN = 8;

        private final UnaryOperator<NDArray> ofInput;
        private final UnaryOperator<NDArray> ofWeight;
        private final Parameter in = weight("in", new Shape(Toy.WIDTH, HIDDEN));
        private final Parameter bias = weight("bias", new Shape(HIDDEN));
        private final Parameter out = weight("out", new Shape(HIDDEN, Toy.WIDTH));

        Relu(UnaryOperator<NDArray> ofInput, UnaryOperator<NDArray> ofWeight) {
            this.ofInput = ofInput;
            this.ofWeight = ofWeight;
        }

        private Parameter weight(String name, Shape shape) {
            Initializer initializer =
                    shape.dimension() == 1 ? Initializer.ZEROS : new NormalInitializer(0.5f);
            return addParameter(Toy.weight(name, initializer, shape));
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray x = ofInput.apply(inputs.singletonOrThrow());
            NDArray w = ofWeight.apply(store.getValue(in, x.getDevice(), training));
            NDArray b = store.getValue(bias, x.getDevice(), training);
            NDArray hidden = Activation.relu(x.matMul(w).add(b));
            return new NDList(hidden.matMul(store.getValue(out, x.getDevice(), training)));
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return inputShapes;
        }
    }

    private StackReport check(Block... blocks) {
        for (Block block : blocks) {
            block.initialize(manager, DataType.FLOAT32, STATE);
        }
        return ReversibleStack.of(List.of(blocks), Method.bdia(0.5), Backprop.REVERSIBLE)
                .check(input());
    }

    private NDArray input() {
        return Toy.input(manager, 3, 4, DataType.FLOAT32);
    }

    private Toy.Branch toy() {
        return Toy.branches(manager, 1, 0f, DataType.FLOAT32).get(0);
    }

    private static Block then(Block branch, UnaryOperator<NDArray> change) {
        return new SequentialBlock().add(branch).add(lambda(change));
    }

    private static Block lambda(UnaryOperator<NDArray> change) {
        return new LambdaBlock(list -> new NDList(change.apply(list.singletonOrThrow())), "change");
    }
}
