package org.bdia.reversible;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.Dropout;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.Initializer;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

/** Small residual branches and states for the laws of the stack. */
final class Toy {

    static final int WIDTH = 5;

    private Toy() {}

    /** h(x) = dropout(tanh(x W)), optionally in float64. */
    static final class Branch extends AbstractBlock {
        final Parameter weight;
        private final float dropout;

        Branch(float dropout) {
            this.dropout = dropout;
            weight =
                    addParameter(
                            weight("weight", new NormalInitializer(0.7f), new Shape(WIDTH, WIDTH)));
        }

        @Override
        protected NDList forwardInternal(
                ParameterStore store,
                NDList inputs,
                boolean training,
                PairList<String, Object> params) {
            NDArray x = inputs.singletonOrThrow();
            NDArray y = x.matMul(store.getValue(weight, x.getDevice(), training)).tanh();
            return training && dropout > 0 ? Dropout.dropout(y, dropout, true) : new NDList(y);
        }

        @Override
        public Shape[] getOutputShapes(Shape[] inputShapes) {
            return inputShapes;
        }
    }

    static Parameter weight(String name, Initializer initializer, Shape shape) {
        return Parameter.builder()
                .setName(name)
                .setType(Parameter.Type.WEIGHT)
                .optShape(shape)
                .optInitializer(initializer)
                .build();
    }

    static List<Branch> branches(NDManager manager, int depth, float dropout, DataType type) {
        Engine.getEngine("PyTorch").setRandomSeed(depth);
        List<Branch> branches = new ArrayList<>();
        for (int k = 0; k < depth; k++) {
            Branch branch = new Branch(dropout);
            branch.initialize(manager, type, new Shape(1, 1, WIDTH));
            branches.add(branch);
        }
        return branches;
    }

    static NDArray input(NDManager manager, int batch, int tokens, DataType type) {
        Engine.getEngine("PyTorch").setRandomSeed(99);
        return manager.randomNormal(0f, 1.5f, new Shape(batch, tokens, WIDTH), DataType.FLOAT32)
                .toType(type, false);
    }

    static StepKey draw(int batch, long step) {
        return new StepKey(7, step, LongStream.range(0, batch).map(i -> 1000 + 3 * i).toArray());
    }
}
