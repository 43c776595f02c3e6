package org.bdia.ci.fault;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.ParameterStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Kernels;
import org.bdia.config.Precision;
import org.bdia.nn.KernelDifference;
import org.bdia.nn.KernelSelector;
import org.bdia.nn.TransformerBlock;
import org.bdia.torch.Autograd;

/**
 * Compares the fused kernels with their plain twins in full, and with the plain block in double precision on the last
 * sequences of the batch, at the shapes of {@link KernelCase}: values, input gradients and parameter gradients. A kernel that
 * crashes ends the process.
 *
 * <p>Letters: B batch, T tokens, D width.
 */
final class KernelCampaign {

    /** The least number of rows, one per token, compared with double precision. */
    private static final int ROWS = 64;

    /** The largest batch in tokens at which the check at first use is also tried on correct kernels. */
    private static final int CHECKED = 1024;

    private static final int REPORT_EVERY = 64;
    private static final float MASKED = -1e9f;

    private final Consumer<String> out;
    private int wrong;
    private int missed;
    private double worst;

    /** Creates a campaign that reports its progress. */
    public KernelCampaign(Consumer<String> out) {
        this.out = out;
    }

    /**
     * Compares the kernels at a selection of shapes in each precision that the processor has.
     *
     * @param all whether every shape is tried, or the quick selection
     */
    public List<FaultResult> run(boolean all) {
        List<Precision> precisions = new ArrayList<>(List.of(Precision.FLOAT32));
        if (StackVariant.hasBfloat16()) {
            precisions.add(Precision.BFLOAT16_BRANCH);
        }
        List<KernelCase> cases = all ? KernelCase.all(precisions) : KernelCase.quick(precisions);
        for (int i = 0; i < cases.size(); i++) {
            compare(cases.get(i));
            if ((i + 1) % REPORT_EVERY == 0 || i + 1 == cases.size()) {
                out.accept(
                        String.format(
                                Locale.ROOT,
                                "%d of %d shapes, %d wrong, largest error %.1e",
                                i + 1,
                                cases.size(),
                                wrong,
                                worst));
            }
        }
        String what =
                String.format(
                        Locale.ROOT,
                        "fused kernels on %d threads, %s",
                        JniUtils.getNumThreads(),
                        precisions);
        return List.of(
                FaultResult.of(
                        what + " equal the plain ones and double precision",
                        "0 wrong",
                        String.format(
                                Locale.ROOT,
                                "%d shapes, %d wrong, largest float32 error %.1e of the largest value",
                                cases.size(),
                                wrong,
                                worst),
                        wrong == 0),
                FaultResult.of(
                        "the check at first use refuses the wrong kernels and no others",
                        "0 verdicts differ",
                        missed + " verdicts differ",
                        missed == 0));
    }

    private void compare(KernelCase shape) {
        double tolerance = KernelSelector.tolerance(shape.precision());
        double error;
        boolean bad;
        boolean refused;
        try (NDManager manager = NDManager.newBaseManager(Device.cpu());
                NDScope scope = new NDScope()) {
            var trial = new Trial(shape, manager);
            error = Autograd.unrecorded(trial::error);
            bad = !(error <= tolerance);
            refused = (bad || shape.batch() * shape.tokens() <= CHECKED) && trial.refused();
        }
        if (bad) {
            wrong++;
        }
        if (bad || refused) {
            out.accept(
                    String.format(
                            Locale.ROOT,
                            "%s: error %.1e, %s at first use",
                            shape,
                            error,
                            refused ? "refused" : "allowed"));
        }
        missed += bad == refused ? 0 : 1;
        worst = shape.precision() == Precision.FLOAT32 ? Math.max(worst, error) : worst;
    }

    /** The blocks and arrays of one shape. */
    private static final class Trial {

        private final KernelCase shape;
        private final NDManager manager;
        private final int sampled;

        Trial(KernelCase shape, NDManager manager) {
            this.shape = shape;
            this.manager = manager;
            this.sampled = Math.min(shape.batch(), (ROWS + shape.tokens() - 1) / shape.tokens());
        }

        double error() {
            NDArray x = noise(1);
            NDArray gradient = noise(2);
            NDArray mask = mask();
            List<NDArray> expected =
                    derivative(block(Kernels.PLAIN, DataType.FLOAT32), x, mask, gradient);
            List<NDArray> found =
                    derivative(block(Kernels.FUSED, DataType.FLOAT32), x, mask, gradient);
            double error = KernelDifference.largest(found, expected, 2);

            // A gradient of the last sequences alone makes them all that weights' gradients sum
            // over.
            int rest = shape.batch() - sampled;
            NDArray ofLast = gradient.duplicate();
            if (rest > 0) {
                ofLast.set(new NDIndex(":" + rest), 0f);
            }
            found = derivative(block(Kernels.FUSED, DataType.FLOAT32), x, mask, ofLast);
            for (int i = 0; i < 2; i++) {
                found.set(i, found.get(i).get(rest + ":"));
            }
            expected =
                    derivative(
                            block(Kernels.PLAIN, DataType.FLOAT64),
                            last(x, rest),
                            mask == null ? null : last(mask, rest),
                            last(gradient, rest));
            return Math.max(error, KernelDifference.largest(found, expected, 2));
        }

        /** Returns whether the check at first use refuses the fused kernel. */
        boolean refused() {
            var selector = new KernelSelector();
            TransformerBlock block = block(Kernels.FUSED, DataType.FLOAT32, selector);
            NDArray mask = mask();
            NDList inputs = mask == null ? new NDList(noise(1)) : new NDList(noise(1), mask);
            Autograd.unrecorded(
                    () -> block.forward(new ParameterStore(manager, false), inputs, true));
            return !selector.refused().isEmpty();
        }

        private NDArray last(NDArray array, int from) {
            return array.get(from + ":").toType(DataType.FLOAT64, true);
        }

        private TransformerBlock block(Kernels kernels, DataType type) {
            return block(kernels, type, KernelSelector.unchecked());
        }

        private TransformerBlock block(Kernels kernels, DataType type, KernelSelector selector) {
            Execution execution = Execution.of(Backprop.STORE).withKernels(kernels);
            var block =
                    new TransformerBlock(
                            shape.width(),
                            shape.heads(),
                            shape.mlp(),
                            shape.pattern(),
                            ActivationConfig.GELU,
                            0,
                            kernels == Kernels.FUSED
                                    ? execution.withPrecision(shape.precision())
                                    : execution,
                            selector);
            block.setInitializer(
                    (m, sizes, t) -> m.create(weights(sizes), sizes).toType(t, false),
                    parameter -> parameter.getType() != Parameter.Type.OTHER);
            block.initialize(
                    manager, type, new Shape(shape.batch(), shape.tokens(), shape.width()));
            return block;
        }

        /** Returns weights as a function of their shape, as large as trained ones; norms about 1. */
        private static float[] weights(Shape sizes) {
            double scale = sizes.dimension() == 1 ? 0.5 : Math.sqrt(3.0 / sizes.get(1));
            double shift = sizes.dimension() == 1 ? 0.5 : 0;
            return noise(sizes, 3, scale, shift);
        }

        private NDArray noise(int seed) {
            Shape state = new Shape(shape.batch(), shape.tokens(), shape.width());
            return manager.create(noise(state, seed, 1, 0), state);
        }

        private static float[] noise(Shape sizes, int seed, double scale, double shift) {
            var random = new SplittableRandom(seed);
            float[] values = new float[(int) sizes.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = (float) (shift + scale * (2 * random.nextDouble() - 1));
            }
            return values;
        }

        /** Returns a mask (B, 1, 1, T) of the last sixth of every sequence; null if the shape has none. */
        private NDArray mask() {
            if (!shape.masked()) {
                return null;
            }
            NDArray mask = manager.zeros(new Shape(shape.batch(), 1, 1, shape.tokens()));
            int from = shape.tokens() - shape.tokens() / 6;
            mask.set(new NDIndex(":, :, :, " + from + ":"), MASKED);
            return mask;
        }

        /** Returns the value, the input's gradient and the parameters' gradients. */
        private List<NDArray> derivative(
                TransformerBlock block, NDArray x, NDArray mask, NDArray gradient) {
            NDArray leaf = Autograd.leaf(x);
            NDList inputs = mask == null ? new NDList(leaf) : new NDList(leaf, mask);
            NDArray value =
                    Autograd.differentiate(
                            () ->
                                    block.forward(new ParameterStore(manager, false), inputs, true)
                                            .singletonOrThrow(),
                            like -> gradient);
            List<NDArray> results = new ArrayList<>(List.of(value.stopGradient()));
            results.add(leaf.getGradient());
            for (Parameter parameter : block.getParameters().values()) {
                results.add(parameter.getArray().getGradient());
            }
            return results;
        }
    }
}
