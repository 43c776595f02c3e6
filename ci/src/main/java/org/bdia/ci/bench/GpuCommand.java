package org.bdia.ci.bench;

import ai.djl.Device;
import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.io.DurableFiles;
import org.bdia.io.StrictJson;
import org.bdia.measure.Benchmark;
import org.bdia.measure.Point;
import org.bdia.measure.Row;
import org.bdia.measure.Tools;
import org.bdia.report.Hardware;
import org.bdia.run.Build;
import org.bdia.torch.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Checks exactness and gradients on a device, measures peaks and times there, and writes one record; called by ci/gpu. */
@Command(
        name = "bench-gpu",
        hidden = true, // ci/gpu calls it
        description =
                "Checks exactness and gradients on the GPU, or with BDIA_DEVICE=cpu on the CPU, measures peaks and times,"
                        + " and writes a record. Called by ci/gpu.")
public final class GpuCommand implements Callable<Integer> {

    private static final int HEAD_WIDTH = 32;

    private static final List<Method> METHODS =
            List.of(Method.standard(), Method.bdia(0.5), Method.midpoint());

    @Option(names = "--depth", description = "K; default: ${DEFAULT-VALUE}.", defaultValue = "12")
    private int depth;

    @Option(
            names = "--width",
            description = "D, a multiple of 32, the width of a head; default: ${DEFAULT-VALUE}.",
            defaultValue = "128")
    private int width;

    @Option(
            names = "--batch",
            description = "Samples, 2 or more; default: ${DEFAULT-VALUE}.",
            defaultValue = "16")
    private int batch;

    @Option(
            names = "--rounds",
            description = "Turns of each point, 0 for no table; default: ${DEFAULT-VALUE}.",
            defaultValue = "9")
    private int rounds;

    @Option(
            names = "--driver",
            description = "Name and driver of the device, for the record.",
            defaultValue = "")
    private String driver;

    @Option(
            names = "--output",
            description = "The record; default: ${DEFAULT-VALUE}.",
            defaultValue = "target/gpu/record.json")
    private Path output;

    @Spec private CommandSpec spec;

    private final String named;

    /** Creates a command for the device that BDIA_DEVICE names. */
    public GpuCommand() {
        this(System.getenv().getOrDefault(Devices.VARIABLE, "").strip());
    }

    GpuCommand(String named) {
        this.named = named;
    }

    @Override
    public Integer call() throws IOException {
        requireArguments();
        PrintWriter out = spec.commandLine().getOut();
        Engine engine = Engine.getEngine("PyTorch");
        Device device = Devices.of(named, engine.getGpuCount());
        if (!device.isGpu() && !named.equals("cpu")) {
            spec.commandLine()
                    .getErr()
                    .println(
                            "the engine sees no CUDA GPU, whose natives a build with -Dgpu lets DJL fetch, or"
                                    + " PYTORCH_LIBRARY_PATH names, see toolkit/docs/gpu.md; set BDIA_DEVICE=cpu to try all"
                                    + " but the device");
            return 2;
        }
        Map<String, Object> record = new LinkedHashMap<>();
        record.put("device", device.toString());
        record.put("driver", driver);
        record.put("engine", "PyTorch " + engine.getVersion());
        record.put("hardware", Hardware.describe());
        record.put("commit", Build.ofThisToolkit().commit());
        record.put("time", Instant.now().toString());
        record.put("seed", DeviceCheck.SEED);
        List<DeviceCheck.Exactness> exactness = new ArrayList<>();
        List<DeviceCheck.Gradients> gradients = new ArrayList<>();
        List<Row> rows = new ArrayList<>();
        for (String task : List.of("vit", "gpt")) {
            Point base =
                    Point.base(task, depth)
                            .withBatch(batch)
                            .withSize(width, width / HEAD_WIDTH, 4 * width);
            try (NDManager manager = NDManager.newBaseManager(device)) {
                var check = new DeviceCheck(base, manager);
                METHODS.stream()
                        .filter(Method::exact)
                        .forEach(method -> exactness.add(check.exactness(method)));
                METHODS.forEach(method -> gradients.addAll(check.gradients(method)));
            }
        }
        exactness.forEach(out::println);
        gradients.forEach(out::println);
        if (rounds > 0) {
            int warmUp = Math.min(Benchmark.WARM_UP, rounds);
            var benchmark = new Benchmark(Tools.fromEnvironment(), warmUp, rounds, out::println);
            for (String task : List.of("vit", "gpt")) {
                Point base = Point.base(task, depth).withBatch(batch);
                rows.addAll(
                        benchmark.measure(
                                points(base.withSize(width, width / HEAD_WIDTH, 4 * width))));
            }
        }
        record.put("exactness", exactness);
        record.put("gradients", gradients);
        record.put("columns", Row.HEADER);
        record.put("table", rows.stream().map(Row::csv).toList());
        boolean holds =
                exactness.stream().allMatch(DeviceCheck.Exactness::holds)
                        && gradients.stream().allMatch(DeviceCheck.Gradients::holds);
        record.put("holds", holds);
        DurableFiles.replace(
                output,
                StrictJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(record));
        out.println((holds ? "all checks hold" : "a check fails") + "; written: " + output);
        out.flush();
        return holds ? 0 : 1;
    }

    /** Refuses what would fail, or check nothing, after minutes. */
    private void requireArguments() {
        requireAtLeast(1, depth, "--depth");
        requireAtLeast(2, batch, "--batch"); // slices are of a sample or more
        requireAtLeast(0, rounds, "--rounds");
        if (width < HEAD_WIDTH || width % HEAD_WIDTH != 0) {
            throw wrong(
                    "--width must be a multiple of "
                            + HEAD_WIDTH
                            + ", the width of a head, but is "
                            + width);
        }
        try {
            Path folder = output.toAbsolutePath().getParent();
            Files.createDirectories(folder);
            Files.delete(Files.createTempFile(folder, "gpu", ""));
        } catch (IOException e) {
            throw wrong("--output: no file can be written to its folder: " + e);
        }
        if (Files.isDirectory(output)) {
            throw wrong("--output must be a file, but " + output + " is a folder");
        }
    }

    private void requireAtLeast(int least, int found, String option) {
        if (found < least) {
            throw wrong(option + " must be at least " + least + ", but is " + found);
        }
    }

    private ParameterException wrong(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    private static List<Point> points(Point base) {
        List<Point> points = new ArrayList<>();
        for (Method method : METHODS) {
            for (Backprop backprop : DeviceCheck.ways(method)) {
                points.add(base.with(method, backprop));
            }
        }
        points.add(base.with(Method.bdia(0.5), Backprop.REVERSIBLE).lean());
        return points;
    }
}
