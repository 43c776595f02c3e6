package org.bdia.ci.bench;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.measure.Point;
import org.bdia.nn.Gpt;
import org.bdia.nn.KernelDifference;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.Reconstruction;
import org.bdia.reversible.ReversibleStack;
import org.bdia.reversible.StepKey;
import org.bdia.train.CrossEntropy;

/** Checks one model on one device. */
final class DeviceCheck {

    static final long SEED = 1;
    private static final int CLASSES = 10;

    /**
     * How far gradients may be from those of stored graphs where sums run in another order, relative to each parameter's largest
     * element: in slices of tokens, and on CUDA, whose gradients of embeddings and attention are summed by atomic additions.
     */
    private static final double ROUNDING = 1e-4;

    private final Point point;
    private final NDManager manager;
    private final NDArray inputs;
    private final NDArray labels;

    /**
     * Rebuilt states compared with the originals.
     *
     * @param mismatches the activations that differ; must be 0
     */
    record Exactness(String task, String method, long activations, long mismatches) {
        boolean holds() {
            return activations > 0 && mismatches == 0;
        }
    }

    /**
     * Gradients compared with those of stored graphs.
     *
     * @param way of differentiating; store again shows what two equal passes differ by
     * @param difference the largest of all parameters, relative to each one's largest element
     * @param tolerance its bound
     */
    record Gradients(String task, String method, String way, double difference, double tolerance) {
        boolean holds() {
            return difference <= tolerance; // NaN is not
        }
    }

    /** Creates a check on the manager's device, whose arrays the manager owns. */
    DeviceCheck(Point point, NDManager manager) {
        this.point = point;
        this.manager = manager;
        Engine.getEngine("PyTorch").setRandomSeed((int) SEED);
        Shape ids = new Shape(point.batch(), point.tokens());
        boolean text = point.task().equals("gpt");
        inputs =
                text
                        ? ids(point.vocabulary(), ids)
                        : manager.randomNormal(new Shape(point.batch(), 3, 32, 32));
        labels = text ? ids(point.vocabulary(), ids) : ids(CLASSES, new Shape(point.batch()));
    }

    private NDArray ids(int bound, Shape shape) {
        return manager.randomInteger(0, bound, shape, DataType.INT64);
    }

    /** Returns how a method can be differentiated so that all give the same gradients. */
    static List<Backprop> ways(Method method) {
        return method.exact()
                ? List.of(Backprop.STORE, Backprop.CHECKPOINT, Backprop.REVERSIBLE)
                : List.of(Backprop.STORE, Backprop.CHECKPOINT);
    }

    /** Compares all states that an exact method's inverse rebuilds. */
    Exactness exactness(Method method) {
        try (NDManager own = manager.newSubManager();
                NDScope scope = new NDScope()) {
            ReversibleModel model = model(own, method, Execution.of(Backprop.REVERSIBLE));
            ReversibleStack stack;
            NDArray x;
            if (model instanceof Gpt gpt) {
                stack = gpt.stack();
                x = gpt.embed(inputs);
            } else {
                var vit = (VisionTransformer) model;
                stack = vit.stack();
                x = vit.embed(inputs);
            }
            Reconstruction found = Reconstruction.of(stack, x, key());
            return new Exactness(
                    point.task(), method.label(), found.activations(), found.mismatches());
        }
    }

    /** Compares the gradients of all ways of differentiating a method, and of the last one in slices of tokens. */
    List<Gradients> gradients(Method method) {
        try (NDManager own = manager.newSubManager();
                NDScope scope = new NDScope()) {
            List<NDArray> stored = gradients(own, method, Execution.of(Backprop.STORE));
            double tolerance = manager.getDevice().isGpu() ? ROUNDING : 0;
            List<Gradients> found = new ArrayList<>();
            for (Backprop backprop : ways(method)) {
                List<NDArray> others = gradients(own, method, Execution.of(backprop));
                found.add(compared(method, backprop.name(), others, stored, tolerance));
            }
            List<Backprop> ways = ways(method);
            Backprop last = ways.get(ways.size() - 1);
            // fewer tokens than the batch has, so that there are slices
            Execution sliced =
                    Execution.of(last).withChunkTokens(point.batch() * point.tokens() / 2);
            List<NDArray> others = gradients(own, method, sliced);
            found.add(compared(method, last + " in slices", others, stored, ROUNDING));
            return found;
        }
    }

    private Gradients compared(
            Method method,
            String way,
            List<NDArray> found,
            List<NDArray> stored,
            double tolerance) {
        return new Gradients(
                point.task(),
                method.label(),
                way,
                KernelDifference.largest(found, stored, 0),
                tolerance);
    }

    private List<NDArray> gradients(NDManager own, Method method, Execution execution) {
        ReversibleModel model = model(own, method, execution);
        model.differentiate(
                new NDList(inputs), output -> CrossEntropy.mean(output, labels, 0), key());
        return model.getParameters().values().stream()
                .map(parameter -> parameter.getArray().getGradient())
                .toList();
    }

    private ReversibleModel model(NDManager own, Method method, Execution execution) {
        ReversibleModel model = ReversibleModel.of(point.model(), method, execution);
        model.initialize(own, SEED);
        return model;
    }

    private StepKey key() {
        return new StepKey(SEED, 0, LongStream.range(0, point.batch()).toArray());
    }
}
