package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.torch.Autograd;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BranchesTest extends TensorTest {

    private static final Shape STATE = new Shape(3, 4, Toy.WIDTH);

    @ParameterizedTest
    @MethodSource("org.bdia.reversible.RecordedCheckTest#everyMethodAndBackprop")
    void aBranchMayReturnAnArrayThatOthersNeed(Method method, Backprop backprop) {
        for (Source source : Source.values()) {
            assertThat(steps(source, UnaryOperator.identity(), method, backprop))
                    .as("%s", source)
                    .isEqualTo(steps(source, array -> array.mul(1), method, backprop));
        }
    }

    /** Fingerprints of the values and gradients of two training steps, and of what inference returns. */
    private List<Long> steps(
            Source source, UnaryOperator<NDArray> result, Method method, Backprop backprop) {
        List<Returning> branches = new ArrayList<>();
        for (int k = 0; k < 3; k++) {
            branches.add(new Returning(source, result));
            branches.get(k).initialize(manager, DataType.FLOAT32, STATE);
        }
        NDArray values = Toy.input(manager, 3, 4, DataType.FLOAT32);
        branches.forEach(b -> Autograd.unrecorded(() -> b.weight.getArray().muli(0).addi(values)));
        NDList context = new NDList(Autograd.leaf(values.flip(0)));
        List<NDArray> found = new ArrayList<>();
        try (ReversibleStack stack = ReversibleStack.of(branches, method, backprop)) {
            for (int step = 0; step < 2; step++) {
                NDArray y = stack.forward(values, context, Toy.draw(3, step));
                found.add(y);
                found.add(stack.backward(y));
            }
            found.add(stack.infer(values, context));
        }
        found.add(values);
        found.add(context.head());
        found.add(context.head().getGradient());
        branches.forEach(b -> found.add(b.weight.getArray()));
        branches.forEach(b -> found.add(b.weight.getArray().getGradient()));
        return found.stream().map(Fingerprint::of).toList();
    }

    /** What a branch returns, or adds to its input in front of tanh, both only reshaped, so that their gradients share storage. */
    private enum Source {
        INPUT,
        CONTEXT,
        PARAMETER,
        WITH_CONTEXT,
        WITH_PARAMETER
    }

    private static final class Returning extends AbstractBlock {
        private final Source source;
        private final UnaryOperator<NDArray> result;
        private final Parameter weight =
                addParameter(Toy.weight("weight", new NormalInitializer(), STATE));

        Returning(Source source, UnaryOperator<NDArray> result) {
            this.source = source;
            this.result = result;
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray array =
                    switch (source) {
                        case INPUT -> inputs.get(0);
                        case CONTEXT -> inputs.get(1);
                        case PARAMETER -> parameter(store, inputs, training);
                        case WITH_CONTEXT -> sum(inputs.get(0), inputs.get(1));
                        case WITH_PARAMETER ->
                                sum(inputs.get(0), parameter(store, inputs, training));
                    };
            return new NDList(result.apply(array));
        }

        private NDArray parameter(ParameterStore store, NDList inputs, boolean training) {
            return store.getValue(weight, inputs.get(0).getDevice(), training);
        }

        private NDArray sum(NDArray x, NDArray other) {
            NDArray added = result.apply(other.reshape(-1, Toy.WIDTH));
            return x.reshape(-1, Toy.WIDTH).add(added).tanh().reshape(x.getShape());
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return new Shape[] {inputShapes[0]};
        }
    }
}
