package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.junit.jupiter.api.Test;

class BlockUpdatesTest {

    /** Remembers what it is given, by weight. */
    private static final class Recorder implements BlockUpdates {
        final List<Parameter> order = new ArrayList<>();
        final List<float[]> gradients = new ArrayList<>();

        @Override
        public boolean takes(Parameter parameter) {
            return true;
        }

        @Override
        public void update(Map<Parameter, NDArray> given) {
            order.addAll(given.keySet());
            given.values().forEach(gradient -> gradients.add(gradient.toFloatArray()));
        }
    }

    @Test
    void gradientsComeLastBlockFirstAndThoseOfSharedParametersStay() {
        try (NDManager manager = NDManager.newBaseManager()) {
            var twice = branch(manager);
            var once = branch(manager);
            var last = branch(manager);
            NDArray x = manager.randomNormal(new Shape(2, 3, Toy.WIDTH));
            NDArray gradient = manager.randomNormal(new Shape(2, 3, Toy.WIDTH));
            var draw = new StepKey(1, 2, new long[] {3, 4});
            try (var stack =
                    ReversibleStack.of(
                            List.of(twice, once, twice, last),
                            Method.bdia(0.5),
                            Backprop.REVERSIBLE)) {
                stack.forward(x, draw);
                NDArray expected = stack.backward(gradient);
                float[] shared = twice.weight.getArray().getGradient().toFloatArray();
                float[] own = once.weight.getArray().getGradient().toFloatArray();
                float[] ofLast = last.weight.getArray().getGradient().toFloatArray();
                var recorder = new Recorder();

                stack.forward(x, new NDList(), draw, recorder);
                NDArray found = stack.backward(gradient);

                assertThat(found.toFloatArray()).isEqualTo(expected.toFloatArray());
                assertThat(recorder.order).containsExactly(last.weight, once.weight);
                assertThat(recorder.gradients.get(0)).isEqualTo(ofLast);
                assertThat(recorder.gradients.get(1)).isEqualTo(own);
                assertThat(once.weight.getArray().getGradient().toFloatArray()).isEqualTo(own);
                assertThat(twice.weight.getArray().getGradient().toFloatArray())
                        .containsExactly(twice(shared), within(1e-5f));
            }
        }
    }

    private static float[] twice(float[] values) {
        float[] doubled = values.clone();
        for (int i = 0; i < doubled.length; i++) {
            doubled[i] *= 2;
        }
        return doubled;
    }

    private static Toy.Branch branch(NDManager manager) {
        var branch = new Toy.Branch(0.2f);
        branch.initialize(manager, DataType.FLOAT32, new Shape(2, 3, Toy.WIDTH));
        return branch;
    }
}
