package org.bdia.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Json;
import org.bdia.config.ModelConfig;
import org.bdia.config.RunConfig;
import org.bdia.config.Update;
import org.bdia.data.DataFolder;
import org.bdia.experiment.RunWorker;
import org.bdia.measure.BlockTimes;
import org.bdia.measure.MemoryModel;
import org.bdia.measure.MemoryPlan;
import org.bdia.notebook.Progress;
import org.bdia.run.RunStore;
import org.bdia.torch.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Predicts memory and time of every way to run a configuration, before anything is trained. */
@Command(
        name = "plan",
        description =
                "Predicts memory and time of every way to run a configuration. Memory follows from sizes; of times a few"
                        + " steps of two and of six blocks are measured on this machine, which should be idle.")
final class PlanCommand implements Callable<Integer> {

    private static final double MIB = 1 << 20;
    private static final String LINE = "%-26s %12s %12s %14s";

    @Parameters(paramLabel = "CONFIG", description = "A config.json, as in every run's folder.")
    private Path file;

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "5",
            description = "Steps measured of each way; the fastest counts. Default: 5.")
    private int rounds;

    @Option(
            names = "--steps",
            paramLabel = "N",
            description =
                    "Steps of the whole run, for its time; default: counted by reading its data, which also say how many tokens there are.")
    private Long steps;

    @Option(
            names = "--flops",
            paramLabel = "N",
            description =
                    "Floating-point operations a second of another processor, for example 50e12 of a GPU in practice: predicts"
                            + " the time of the matrix products there, too.")
    private Double flops;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        if (rounds < 1 || (flops != null && !(flops > 0))) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--rounds must be at least 1, and --flops above 0, but are "
                            + rounds
                            + " and "
                            + flops);
        }
        RunConfig config = Json.read(file, RunConfig.class);
        RunWorker.Extent extent = extent(config);
        ModelConfig model = extent.model();
        MemoryModel memory = // before anything is measured: it may be unable to predict
                MemoryModel.of(model, config.method()).withHeadTokens(config.train().headTokens());
        int batch = config.train().samplesAtOnce();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s, %s, batch %d, %,d weights, %,d steps; measuring …%n",
                model,
                config.method().label(),
                config.train().batch(),
                memory.parameters(),
                extent.steps());
        out.flush();
        Optional<BlockTimes> times = Optional.empty();
        String failure = "";
        try {
            times =
                    Optional.of(
                            BlockTimes.measured(
                                    model,
                                    config.method(),
                                    config.precision(),
                                    batch,
                                    config.train().headTokens(),
                                    rounds,
                                    Devices.chosen()));
        } catch (BlockTimes.DisturbedException e) {
            failure = e.getMessage();
        }
        out.printf(
                Locale.ROOT,
                LINE + "%s%n",
                "predicted",
                "total, MiB",
                "step, ms",
                "run",
                flops == null ? "" : String.format(Locale.ROOT, " %22s", "run at " + flops + "/s"));
        for (Map.Entry<String, Way> way : ways(config).entrySet()) {
            out.println(line(way.getKey(), way.getValue(), memory, times, config, extent.steps()));
        }
        out.flush();
        if (!failure.isEmpty()) {
            spec.commandLine().getErr().println("bdia: no times: " + failure);
            return 1;
        }
        return 0;
    }

    /** Returns the run's size; with a number of steps nothing is read, so that vocabularies are the configuration's. */
    private RunWorker.Extent extent(RunConfig config) {
        return steps != null
                ? new RunWorker.Extent(config.model(), steps)
                : new RunWorker(config, RunStore.fromEnvironment(), DataFolder.fromEnvironment())
                        .extent();
    }

    private String line(
            String name,
            Way way,
            MemoryModel memory,
            Optional<BlockTimes> times,
            RunConfig config,
            long all) {
        int batch = config.train().samplesAtOnce();
        int parts = Math.max(1, config.train().microBatches());
        Optional<Double> step =
                times.map(t -> parts * MemoryPlan.of(memory, way.execution(), batch, t).time());
        return String.format(
                Locale.ROOT,
                LINE + "%s",
                name,
                String.format(
                        Locale.ROOT,
                        "%,.0f",
                        memory.total(way.execution(), batch, way.update()) / MIB),
                step.map(ms -> String.format(Locale.ROOT, "%,.1f", ms)).orElse("–"),
                step.map(ms -> Progress.time(ms * all / 1e3)).orElse("–"),
                flops == null
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                " %22s",
                                Progress.time(
                                        parts
                                                * memory.flops(way.execution(), batch)
                                                * all
                                                / flops)));
    }

    private record Way(Execution execution, Update update) {}

    private static Map<String, Way> ways(RunConfig config) {
        Map<String, Way> ways = new LinkedHashMap<>();
        put(ways, "stored", config, Execution.of(Backprop.STORE));
        put(ways, "checkpointed", config, Execution.of(Backprop.CHECKPOINT));
        if (config.method().invertible()) {
            put(ways, "reversed", config, Execution.of(Backprop.REVERSIBLE));
            put(ways, "reversed, lean", config, Execution.lean());
        }
        return ways;
    }

    private static void put(
            Map<String, Way> ways, String name, RunConfig config, Execution execution) {
        Execution precise = execution.withPrecision(config.precision());
        ways.put(name, new Way(precise, Update.AFTER_BACKWARD));
        ways.put(name + ", per block", new Way(precise, Update.PER_BLOCK));
    }
}
