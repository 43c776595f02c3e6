package org.bdia.measure;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Parameter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.bdia.config.OptimizerConfig;
import org.bdia.config.Precision;
import org.bdia.io.StrictJson;
import org.bdia.nn.ReversibleModel;
import org.bdia.reversible.StepKey;
import org.bdia.torch.Bfloat16;
import org.bdia.torch.Devices;
import org.bdia.train.CrossEntropy;
import org.bdia.train.Optimizer;

/**
 * Measures one point in its own process, driven by lines on standard input: {@code step N} times N training steps, {@code
 * memory} takes one step's peak, {@code quit} ends. Every answer is a line of JSON, the first one {@code ready}.
 *
 * <p>A bare step is zeroing the gradients, forward, backward and reading the loss. The optimiser's state exists, but its update,
 * which is the same for all methods, is not part of the step. For a step that counts all see {@link WholeSteps}.
 */
public final class StepWorker implements AutoCloseable {

    static final int CLASSES = 10;
    static final long SEED = 1;
    private static final double MIB = 1 << 20;

    private final Point point;
    private final Device device;
    private final NDManager manager;
    private final ReversibleModel model;
    private final Optimizer optimizer;
    private final NDArray inputs;
    private final NDArray labels;
    private final WholeSteps whole; // null for a bare step
    private long steps;

    private StepWorker(Point point, Device device) {
        this.point = point;
        this.device = device;
        if (point.execution().precision() == Precision.BFLOAT16_BRANCH) {
            Bfloat16.requireOn(device);
        }
        manager = NDManager.newBaseManager(device);
        model = model();
        model.initialize(manager, SEED);
        Engine.getEngine("PyTorch").setRandomSeed((int) SEED);
        boolean text = point.task().equals("gpt");
        inputs = text ? ids(point.vocabulary(), point.tokens()) : numbers();
        labels = text ? ids(point.vocabulary(), point.tokens()) : ids(CLASSES);
        whole = point.countsAll() ? WholeSteps.of(point, model, manager) : null;
        optimizer = whole == null ? Optimizer.of(OptimizerConfig.adamW(0), manager, model) : null;
    }

    /**
     * Measures the point of the arguments, see {@link Point#arguments}; the last one is the number of warm-up steps, {@code
     * warmup=8}.
     */
    public static void main(String[] args) throws IOException {
        var out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try (var worker = new StepWorker(Point.parse(args), Devices.chosen())) {
            worker.warmUp(Integer.parseInt(args[args.length - 1].replace("warmup=", "")));
            out.println(StrictJson.MAPPER.writeValueAsString(worker.ready()));
            for (String line = in.readLine();
                    line != null && !line.equals("quit");
                    line = in.readLine()) {
                Object answer =
                        line.equals("memory")
                                ? worker.memory()
                                : worker.time(Integer.parseInt(line.replace("step ", "")));
                out.println(StrictJson.MAPPER.writeValueAsString(answer));
            }
        }
    }

    private ReversibleModel model() {
        return point.task().equals("mlp")
                ? new MlpModel(point, CLASSES)
                : ReversibleModel.of(point.model(), point.computed(), point.execution());
    }

    /** Returns images, or states for a model without embedding. */
    private NDArray numbers() {
        Shape shape =
                point.task().equals("vit")
                        ? new Shape(point.batch(), 3, 32, 32)
                        : new Shape(point.batch(), point.tokens(), point.width());
        return manager.randomNormal(0, 1, shape, DataType.FLOAT32);
    }

    private NDArray ids(int bound, long... shape) {
        long[] whole = new long[shape.length + 1];
        whole[0] = point.batch();
        System.arraycopy(shape, 0, whole, 1, shape.length);
        return manager.randomInteger(0, bound, new Shape(whole), DataType.INT64);
    }

    private void warmUp(int count) {
        for (int i = 0; i < count; i++) {
            step();
        }
        if (whole == null) {
            optimizer.update(1e-6);
        }
    }

    private float step() {
        return step(() -> {});
    }

    /**
     * Runs a step that calls back between the model's forward pass and the loss, when everything kept for the backward pass
     * is alive; a whole one does not.
     */
    private float step(Runnable turn) {
        if (whole != null) {
            return whole.step();
        }
        try (NDScope scope = new NDScope()) {
            optimizer.zeroGradients();
            return model.differentiate(
                    new NDList(inputs),
                    output -> {
                        turn.run();
                        return CrossEntropy.mean(output, labels, 0);
                    },
                    new StepKey(SEED, steps++, LongStream.range(0, point.batch()).toArray()));
        }
    }

    private Map<String, Object> ready() {
        double parameters = 0;
        for (Parameter parameter : model.getParameters().values()) {
            parameters += parameter.getArray().size() * Float.BYTES / MIB;
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("ready", true);
        answer.put("engine", "PyTorch " + Engine.getEngine("PyTorch").getVersion());
        answer.put("params_mib", parameters);
        return answer;
    }

    private Map<String, Object> time(int count) {
        double[] milliseconds = new double[count];
        float loss = 0;
        for (int i = 0; i < count; i++) {
            long start = System.nanoTime();
            loss = step();
            milliseconds[i] = (System.nanoTime() - start) / 1e6;
        }
        return Map.of("ms", milliseconds, "loss", loss);
    }

    private Map<String, Object> memory() {
        var probe = new MemoryProbe(device, System.getenv());
        double[] saved = {Double.NaN};
        MemoryProbe.Reading reading =
                probe.measure(
                        () -> {
                            double before = probe.live();
                            step(() -> saved[0] = probe.live() - before);
                        });
        Map<String, Object> answer = new LinkedHashMap<>();
        if (Double.isFinite(saved[0])) {
            answer.put("saved_mib", saved[0]);
        }
        answer.put("peak_mib", reading.peak());
        answer.put("rest_mib", reading.rest());
        answer.put("rss_peak_mib", reading.residentPeak());
        answer.put("source", reading.source());
        List<String> refused = model.kernels().refused();
        answer.put(
                "kernels",
                refused.isEmpty() ? Row.AGREE : "refused: " + String.join("; ", refused));
        return answer;
    }

    @Override
    public void close() {
        if (whole == null) {
            optimizer.close();
        } else {
            whole.close();
        }
        manager.close();
    }
}
