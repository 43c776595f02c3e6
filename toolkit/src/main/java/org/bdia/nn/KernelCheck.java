package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.bdia.reversible.Autograd;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Execution;
import org.bdia.reversible.Kernels;
import org.bdia.reversible.TorchScript;

/**
 * Compares a fused kernel with its plain twin at one shape, on weights and inputs that are a function of the shape alone. The
 * engine's generator is left alone.
 *
 * <p>Even and odd samples of the batch are copies of two sequences, so that the plain twin needs to compute those two only. Memory
 * and time are the fused kernel's own, and then those of the plain twin of two samples, whose attention keeps about four T × T
 * arrays per head: for thousands of tokens that is more than training itself needs.
 *
 * <p>Letters: B batch, T tokens, D width, M hidden width.
 */
final class KernelCheck {

    private static final int SEQUENCES = 2;

    private final KernelShape shape;
    private final NDManager manager;
    private final int sequences;
    private final TransformerBlock twin;
    private final List<Parameter> parameters;

    private KernelCheck(KernelShape shape, NDManager manager) {
        this.shape = shape;
        this.manager = manager;
        this.sequences = (int) Math.min(SEQUENCES, shape.batch());
        BranchScript.Options options = shape.options();
        Execution plain = Execution.of(Backprop.STORE).withKernels(Kernels.PLAIN);
        twin =
                new TransformerBlock(
                        options.width(),
                        options.heads(),
                        options.mlp(),
                        options.pattern(),
                        options.activation(),
                        0,
                        plain);
        twin.setInitializer(
                (m, sizes, type) -> noise(sizes, (int) sizes.size() + 1, scale(sizes)),
                parameter -> parameter.getType() != Parameter.Type.OTHER);
        twin.setInitializer(
                (m, sizes, type) -> noise(sizes, 1, 0.25).add(1),
                parameter -> parameter.getType() == Parameter.Type.GAMMA);
        twin.initialize(manager, DataType.FLOAT32, new Shape(1, shape.tokens(), options.width()));
        parameters = shape.part().of(twin.getParameters().values());
    }

    /**
     * Returns the largest difference between the kernels' values, input gradients and parameter gradients, each array's
     * relative to the plain one's largest element.
     *
     * @param fused the shape's kernel; it must not drop anything
     */
    static double difference(KernelShape shape, TorchScript fused) {
        return Autograd.unrecorded(
                () -> {
                    try (NDManager manager = NDManager.newBaseManager(shape.device());
                            NDScope scope = new NDScope()) {
                        scope.suppressNotUsedWarning();
                        return new KernelCheck(shape, manager).compare(fused);
                    }
                });
    }

    private double compare(TorchScript fused) {
        List<NDArray> inputs = inputs();
        NDArray mask = mask();
        NDArray gradient = noise(new Shape(sequences, shape.tokens(), outputWidth()), 5, 1);

        ParameterStore store = new ParameterStore(manager, false);
        NDArray plainMask = mask == null ? null : sequences(mask);
        List<NDArray> plain =
                derivative(
                        inputs,
                        leaves ->
                                twin.plain(
                                        shape.part(),
                                        store,
                                        plainMask,
                                        leaves.toArray(NDArray[]::new)),
                        gradient.mul(copies()));
        for (int i = 1; i < plain.size(); i++) {
            plain.set(i, plain.get(i).div(copies()));
        }
        parameters.forEach(p -> plain.add(p.getArray().getGradient()));

        List<NDArray> weights = parameters.stream().map(p -> Autograd.leaf(p.getArray())).toList();
        List<NDArray> found =
                derivative(
                        inputs.stream().map(this::batch).toList(),
                        leaves -> {
                            List<NDArray> arguments = new ArrayList<>(leaves);
                            arguments.addAll(weights);
                            if (mask != null) {
                                arguments.add(mask);
                            }
                            return fused.call(arguments.toArray(NDArray[]::new));
                        },
                        batch(gradient));
        weights.forEach(weight -> found.add(weight.getGradient()));

        double scale = largest(plain.subList(inputs.size() + 1, plain.size()));
        double difference = 0;
        for (int i = 0; i < found.size(); i++) {
            boolean perSample = i <= inputs.size();
            NDArray expected = perSample ? batch(plain.get(i)) : plain.get(i);
            double error = largest(List.of(found.get(i).sub(expected)));
            // A single number, such as a temperature's gradient, may be a sum that cancels.
            double size = expected.size() == 1 ? scale : largest(List.of(expected));
            difference = Math.max(difference, size > 0 ? error / size : error);
        }
        return difference;
    }

    /** The largest absolute value; infinity where a value is not a number. */
    private static double largest(List<NDArray> arrays) {
        double largest = 0;
        for (NDArray array : arrays) {
            float value = array.abs().max().getFloat();
            largest = Math.max(largest, Float.isNaN(value) ? Double.POSITIVE_INFINITY : value);
        }
        return largest;
    }

    /** The value, and the gradients of the inputs. */
    private static List<NDArray> derivative(
            List<NDArray> inputs, Function<List<NDArray>, NDArray> kernel, NDArray gradient) {
        List<NDArray> leaves = inputs.stream().map(Autograd::leaf).toList();
        NDArray value = Autograd.differentiate(() -> kernel.apply(leaves), like -> gradient);
        List<NDArray> results = new ArrayList<>();
        results.add(value.stopGradient());
        leaves.forEach(leaf -> results.add(leaf.getGradient()));
        return results;
    }

    /** The part's inputs for the distinct sequences. */
    private List<NDArray> inputs() {
        Shape state = new Shape(sequences, shape.tokens(), shape.options().width());
        if (shape.part() != BranchScript.Part.PROJECTION) {
            return List.of(noise(state, 3, 1));
        }
        Shape hidden = new Shape(sequences, shape.tokens(), shape.options().mlp());
        return List.of(noise(hidden, 3, 1), noise(state, 4, 1));
    }

    private long outputWidth() {
        return shape.part() == BranchScript.Part.HIDDEN
                ? shape.options().mlp()
                : shape.options().width();
    }

    /** A mask that hides the last token. */
    private NDArray mask() {
        if (shape.mask() == null) {
            return null;
        }
        int seen = (int) shape.mask().get(shape.mask().dimension() - 1);
        NDArray last = manager.arange(seen).eq(seen - 1);
        NDArray row = seen == 1 ? manager.zeros(new Shape(1)) : Heads.hide(last, DataType.FLOAT32);
        return row.broadcast(shape.mask()).duplicate();
    }

    /** How many samples of the batch are copies of each sequence, (2, 1, 1) or (1, 1, 1). */
    private NDArray copies() {
        float[] counts = new float[sequences];
        for (long b = 0; b < shape.batch(); b++) {
            counts[(int) (b % sequences)]++;
        }
        return manager.create(counts, new Shape(sequences, 1, 1));
    }

    /** The whole batch of an array of the distinct sequences. */
    private NDArray batch(NDArray array) {
        long repeats = (shape.batch() + sequences - 1) / sequences;
        return array.tile(new long[] {repeats, 1, 1}).get(":" + shape.batch());
    }

    /** The distinct sequences' part of a mask that may be everybody's. */
    private NDArray sequences(NDArray mask) {
        boolean perSample = mask.getShape().dimension() == 4 && mask.getShape().get(0) > 1;
        return perSample ? mask.get(":" + sequences) : mask;
    }

    /** Numbers that look random, a function of shape and key, −size to size. */
    private NDArray noise(Shape sizes, int key, double size) {
        NDArray index = manager.arange((int) sizes.size()).toType(DataType.FLOAT32, false);
        NDArray digits = index.add(key).mul(12.9898f).sin().mul(43758.547f);
        return digits.sub(digits.floor()).mul(2 * size).sub(size).reshape(sizes);
    }

    private static double scale(Shape weight) {
        return weight.dimension() == 1 ? 0.25 : Math.sqrt(3.0 / weight.get(1));
    }
}
