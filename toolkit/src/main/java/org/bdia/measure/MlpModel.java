package org.bdia.measure;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.bdia.nn.Mlp;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.BlockUpdates;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StateVisitor;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/** A sequence of MLPs: (B, T, D) → (B, C), the mean over tokens of the first C features. */
final class MlpModel extends AbstractBlock implements ReversibleModel {

    private final Shape state;
    private final int classes;
    private final List<Mlp> mlps = new ArrayList<>();
    private final ReversibleStack stack;

    MlpModel(Point point, int classes) {
        this.classes = classes;
        state = new Shape(1, point.tokens(), point.width());
        for (int k = 0; k < point.depth(); k++) {
            mlps.add(
                    addChildBlock(
                            "mlp", new Mlp(point.width(), point.mlp(), point.activation(), 0)));
        }
        stack = ReversibleStack.of(mlps, point.computed(), point.execution());
    }

    @Override
    public void initialize(NDManager manager, long seed) {
        Engine.getEngine("PyTorch").setRandomSeed((int) seed);
        initialize(manager, DataType.FLOAT32, state);
    }

    @Override
    public NDArray predict(NDList inputs, double gamma) {
        return Scoped.result(
                () -> head(stack.infer(inputs.singletonOrThrow(), new NDList(), gamma)));
    }

    @Override
    public NDArray predict(NDList inputs, StepKey draw, StateVisitor visitor) {
        return Scoped.result(
                () -> head(stack.infer(inputs.singletonOrThrow(), new NDList(), draw, visitor)));
    }

    @Override
    public float differentiate(
            NDList inputs, UnaryOperator<NDArray> loss, StepKey draw, BlockUpdates updates) {
        try (NDScope scope = new NDScope()) {
            NDArray leaf =
                    Autograd.leaf(
                            stack.forward(inputs.singletonOrThrow(), new NDList(), draw, updates));
            NDArray value = Autograd.differentiate(() -> loss.apply(head(leaf)));
            stack.backward(leaf.getGradient());
            return value.getFloat();
        } finally {
            stack.close();
        }
    }

    private NDArray head(NDArray last) {
        return last.mean(new int[] {1}).get(":, 0:" + classes);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore store,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        return new NDList(predict(inputs));
    }

    @Override
    protected void initializeChildBlocks(NDManager manager, DataType type, Shape... inputShapes) {
        mlps.forEach(mlp -> mlp.initialize(manager, type, inputShapes));
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), classes)};
    }
}
