package org.bdia.ci.bench;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.nn.VisionTransformer;
import org.bdia.reversible.StepKey;
import org.bdia.train.Batch;
import org.bdia.train.ImageTask;
import org.bdia.train.TrainEvent;
import org.bdia.train.Trainer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints how states grow with depth, per method, before and after training; called by ci/bench --states. */
@Command(
        name = "bench-states",
        hidden = true, // ci/bench calls it
        description =
                "Trains a small vision transformer on generated images per method and prints, per block, the largest"
                        + " activation and the standard deviation of a training batch's states. Called by ci/bench.")
public final class StatesCommand implements Callable<Integer> {

    private static final List<Method> METHODS =
            List.of(Method.standard(), Method.bdia(0.5), Method.midpoint());
    private static final int BATCH = 20;
    private static final long SEED = 1;

    @Option(
            names = "--depth",
            description = "Number of blocks; default: ${DEFAULT-VALUE}.",
            defaultValue = "24")
    private int depth;

    @Option(
            names = "--epochs",
            description = "Epochs of 10 steps; default: ${DEFAULT-VALUE}.",
            defaultValue = "30")
    private int epochs;

    @Spec private CommandSpec spec;

    /**
     * A state's size.
     *
     * @param largest max |x|
     * @param spread the standard deviation over all activations
     */
    private record Size(double largest, double spread) {
        static Size of(NDArray state) {
            try (NDScope scope = new NDScope()) {
                NDArray deviation = state.sub(state.mean());
                return new Size(
                        state.abs().max().getFloat(),
                        Math.sqrt(deviation.square().mean().getFloat()));
            }
        }

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f, %.2f", largest, spread);
        }
    }

    @Override
    public Integer call() {
        List<String> heads = new ArrayList<>();
        List<List<Size>> columns = new ArrayList<>();
        for (Method method : METHODS) {
            measure(method, heads, columns);
        }
        var out = spec.commandLine().getOut();
        out.println("| k | " + String.join(" | ", heads) + " |");
        out.println("|---|" + "---|".repeat(heads.size()));
        for (int k = 0; k <= depth; k++) {
            int row = k;
            List<String> cells = columns.stream().map(sizes -> sizes.get(row).toString()).toList();
            out.println("| " + k + " | " + String.join(" | ", cells) + " |");
        }
        out.flush();
        return 0;
    }

    private void measure(Method method, List<String> heads, List<List<Size>> columns) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            var model =
                    new VisionTransformer(
                            VitConfig.smoke().withDepth(depth),
                            method,
                            Execution.of(method.backprop()));
            model.initialize(manager, SEED);
            var task =
                    new ImageTask(
                            SyntheticImages.split(10, 10 * BATCH, 100, BATCH, SEED),
                            Augmentation.paper());
            heads.add(method.label() + " initial");
            columns.add(sizes(model, task, manager));
            double[] loss = {Double.NaN};
            new Trainer(model, task, TrainConfig.of(epochs, BATCH, 1e-3), SEED)
                    .withEvents(
                            event -> {
                                if (event instanceof TrainEvent.Evaluated found) {
                                    loss[0] = found.metrics().getOrDefault("loss", loss[0]);
                                }
                            })
                    .train(manager);
            heads.add(
                    String.format(
                            Locale.ROOT, "%s trained (test loss %.3f)", method.label(), loss[0]));
            columns.add(sizes(model, task, manager));
        }
    }

    /** The sizes of x_0 … x_K of a training batch. */
    private static List<Size> sizes(VisionTransformer model, ImageTask task, NDManager manager) {
        List<Size> sizes = new ArrayList<>();
        try (NDScope scope = new NDScope();
                Batch batch = task.training(manager, SEED, 0, 0, BATCH)) {
            NDArray x = model.embed(batch.inputs().singletonOrThrow());
            var draw = new StepKey(SEED, 0, batch.sampleIds());
            model.stack().forward(x, new NDList(), draw, (k, state) -> sizes.add(Size.of(state)));
            model.stack().close();
        }
        return sizes;
    }
}
