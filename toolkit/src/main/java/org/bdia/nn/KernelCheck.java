package org.bdia.nn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.torch.Autograd;
import org.bdia.torch.Scoped;

/**
 * Compares a fused kernel with its plain twin at one shape, on weights and inputs that are a function of the shape alone. The
 * engine's generator is left alone.
 *
 * <p>Compared are, in a use with gradients, the value and the vector–Jacobian products with respect to the inputs and the
 * parameters, else the value alone, computed with nothing recorded. A mask's gradient is not. The fused kernel runs at the
 * very shape. Even and odd samples of the batch are copies of two sequences, so that the plain twin needs to compute those two only.
 *
 * <p>Where the scores of two sequences would exceed {@value #SCORES} numbers, the twin computes evenly spaced rows of them, the last
 * token's among them. Then the value is compared in those rows alone, and the output's gradient is zero in the others; the
 * products are still compared in full, and every value must be a number.
 *
 * <p>Memory: what the fused kernel takes at its shape, which a training step takes as well, and the twin's of two sequences. In a
 * use with gradients the latter holds ten to thirteen arrays of scores, or one row's if that is longer: 41 to 53 MiB were counted at
 * T = 2,048 with 8 heads. {@code MemoryModel} does not count it, as it is taken once per shape.
 *
 * <p>Letters: B batch, T tokens, S a memory's tokens, D width, M hidden width, R the rows that are compared.
 */
final class KernelCheck {

    private static final int SEQUENCES = 2;

    /** Eight standard deviations of the argument of the MLP's activation. */
    private static final float FAR = 8;

    /** 4 MiB an array. */
    private static final long SCORES = 1 << 20;

    private final KernelShape shape;
    private final NDManager manager;
    private final int sequences;
    private final Heads.Rows rows;
    private final AbstractBlock twin;
    private final List<Parameter> parameters;

    private KernelCheck(KernelShape shape, NDManager manager) {
        this.shape = shape;
        this.manager = manager;
        this.sequences = (int) Math.min(SEQUENCES, shape.batch());
        this.rows = rows();
        BranchScript.Options options = shape.options();
        twin =
                shape.part() == BranchScript.Part.CROSS
                        ? new HalfBlock(
                                LayerNorm.builder().axis(2).build(),
                                new CrossAttention(options.width(), options.heads(), 0),
                                null)
                        : new TransformerBlock(
                                options,
                                0,
                                Execution.of(Backprop.STORE).withKernels(Kernels.PLAIN),
                                new KernelSelector(),
                                BranchScript::of);
        twin.setInitializer(
                (m, sizes, type) -> noise(sizes, (int) sizes.size() + 1, scale(sizes)),
                parameter -> parameter.getType() != Parameter.Type.OTHER);
        twin.setInitializer(
                (m, sizes, type) -> noise(sizes, 1, 0.25).addi(1),
                parameter -> parameter.getType() == Parameter.Type.GAMMA);
        twin.initialize(manager, DataType.FLOAT32, new Shape(1, shape.tokens(), options.width()));
        parameters = shape.part().of(twin.getParameters().values());
        if (options.activation().isPiecewiseLinear()) {
            leaveTheKink();
        }
    }

    /**
     * Gives half of the MLP's hidden activations a large bias and the others its negative. Where f′ jumps, rounding an argument near 0
     * changes a gradient by all of it, in a right kernel too; so no argument is near 0, and both slopes are compared.
     */
    private void leaveTheKink() {
        for (var parameter : twin.getParameters()) {
            if (parameter.getKey().endsWith("fc1_bias")) {
                NDArray bias = parameter.getValue().getArray();
                float[] values = new float[(int) bias.size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] = i % 2 == 0 ? FAR : -FAR;
                }
                bias.set(values);
            }
        }
    }

    /**
     * Returns the {@link KernelDifference} of what is compared.
     *
     * @param fused the shape's kernel; it must not drop anything
     */
    static double difference(KernelShape shape, Kernel fused) {
        return Autograd.unrecorded(
                () -> {
                    try (NDManager manager = NDManager.newBaseManager(shape.device());
                            NDScope scope = new NDScope()) {
                        return new KernelCheck(shape, manager).compare(fused);
                    }
                });
    }

    private double compare(Kernel fused) {
        List<NDArray> inputs = inputs();
        NDArray mask = mask();
        ParameterStore store = new ParameterStore(manager, false);
        NDArray plainMask = mask == null ? null : rowsOf(sequences(mask));
        Function<List<NDArray>, NDArray> plain = leaves -> plain(store, plainMask, leaves);
        List<NDArray> weights =
                parameters.stream()
                        .map(Parameter::getArray)
                        .map(shape.gradients() ? Autograd::leaf : UnaryOperator.identity())
                        .toList();
        List<NDArray> whole = inputs.stream().map(this::batch).toList();
        if (!shape.gradients()) {
            NDArray expected = Scoped.result(() -> plain.apply(inputs));
            NDArray found = fused.value(whole, weights, mask);
            return areNumbers(found)
                    ? KernelDifference.largest(
                            List.of(rows.of(found, 1)), List.of(batch(expected)), 1)
                    : Double.POSITIVE_INFINITY;
        }
        NDArray gradient = gradient();
        NDArray compared = rows.of(gradient, 1).mul(copies());
        NDArray everywhere = batch(gradient);
        List<NDArray> expected =
                derivative(
                        inputs,
                        leaves -> Autograd.differentiate(() -> plain.apply(leaves), v -> compared));
        List<NDArray> found =
                derivative(whole, leaves -> fused.differentiate(leaves, weights, mask, everywhere));
        if (!areNumbers(found.get(0))) {
            return Double.POSITIVE_INFINITY;
        }
        found.set(0, rows.of(found.get(0), 1));
        for (int i = 0; i < expected.size(); i++) {
            NDArray perSample = i == 0 ? expected.get(i) : expected.get(i).div(copies());
            expected.set(i, batch(perSample));
        }
        parameters.forEach(parameter -> expected.add(parameter.getArray().getGradient()));
        weights.forEach(weight -> found.add(weight.getGradient()));
        return KernelDifference.largest(found, expected, inputs.size() + 1);
    }

    /** The twin's value, of the rows alone. */
    private NDArray plain(ParameterStore store, NDArray mask, List<NDArray> inputs) {
        if (twin instanceof TransformerBlock block) {
            return block.plain(shape.part(), store, mask, rows, inputs.toArray(NDArray[]::new));
        }
        NDArray x = rows.of(inputs.get(0), 1);
        return ((HalfBlock) twin).branch(store, x, inputs.get(1), mask, null, false);
    }

    private static boolean areNumbers(NDArray value) {
        try (NDArray none = value.isNaN();
                NDArray any = none.any()) {
            return !any.getBoolean();
        }
    }

    /** The value, and the gradients of the inputs, of what returns the value and adds to the gradients. */
    private static List<NDArray> derivative(
            List<NDArray> inputs, Function<List<NDArray>, NDArray> differentiate) {
        List<NDArray> leaves = inputs.stream().map(Autograd::leaf).toList();
        NDArray value = differentiate.apply(leaves);
        List<NDArray> results = new ArrayList<>();
        results.add(value.stopGradient());
        leaves.forEach(leaf -> results.add(leaf.getGradient()));
        return results;
    }

    private Heads.Rows rows() {
        long tokens = shape.tokens();
        long keys = shape.memory() == 0 ? tokens : shape.memory();
        long row = keys * sequences * shape.options().heads();
        if (!shape.part().attends() || row * tokens <= SCORES) {
            return Heads.Rows.ALL;
        }
        long most = Math.max(1, SCORES / row);
        // Odd, so that rows are at every place in a vector or a tile of the fused kernel.
        int step = (int) ((tokens + most - 1) / most) | 1;
        return new Heads.Rows((int) ((tokens - 1) % step), step);
    }

    /** The rows' part of a mask that may be every token's. */
    private NDArray rowsOf(NDArray mask) {
        return mask.getShape().get(2) == 1 ? mask : rows.of(mask, 2);
    }

    /** The output's gradient for the distinct sequences, zero outside the rows. */
    private NDArray gradient() {
        int width = (int) outputWidth();
        var sizes = new Shape(sequences, shape.tokens(), width);
        float[] values = numbers(sizes, 5, 1);
        for (int i = 0; i < values.length; i++) {
            long token = i / width % shape.tokens();
            if (token % rows.step() != rows.first()) {
                values[i] = 0;
            }
        }
        return manager.create(values, sizes);
    }

    /** The part's inputs for the distinct sequences. */
    private List<NDArray> inputs() {
        Shape state = new Shape(sequences, shape.tokens(), shape.options().width());
        if (shape.part() == BranchScript.Part.CROSS) {
            Shape memory = new Shape(sequences, shape.memory(), shape.options().width());
            return List.of(noise(state, 3, 1), noise(memory, 4, 1));
        }
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
        NDArray row = seen == 1 ? manager.zeros(new Shape(1)) : Heads.mask(last, DataType.FLOAT32);
        return row.broadcast(shape.mask()).duplicate();
    }

    /** The number of copies of each sequence in the batch, (2, 1, 1) or (1, 1, 1). */
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
        return mask.getShape().get(0) > 1 ? mask.get(":" + sequences) : mask;
    }

    private NDArray noise(Shape sizes, int key, double size) {
        return manager.create(numbers(sizes, key, size), sizes);
    }

    /** Numbers that look random, a function of shape and key, −size to size. */
    private static float[] numbers(Shape sizes, int key, double size) {
        var random = new SplittableRandom(key);
        float[] values = new float[Math.toIntExact(sizes.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (size * (2 * random.nextDouble() - 1));
        }
        return values;
    }

    private static double scale(Shape weight) {
        return weight.dimension() == 1 ? 0.25 : Math.sqrt(3.0 / weight.get(1));
    }
}
