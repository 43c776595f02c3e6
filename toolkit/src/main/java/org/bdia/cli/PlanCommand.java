package org.bdia.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.config.Update;
import org.bdia.data.DataFolder;
import org.bdia.experiment.RunWorker;
import org.bdia.measure.BlockTimes;
import org.bdia.measure.MemoryModel;
import org.bdia.measure.MemoryPlan;
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
    private static final double HOUR = 3.6e6; // milliseconds

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
                    "Steps of the whole run, for the hours; default: counted by reading its data.")
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
        MemoryModel memory = // before anything is measured: it may be unable to predict
                MemoryModel.of(config.model(), config.method())
                        .withHeadTokens(config.train().headTokens());
        var worker =
                new RunWorker(config, RunStore.fromEnvironment(), DataFolder.fromEnvironment());
        long all = steps == null ? worker.steps() : steps;
        int batch = config.train().samplesAtOnce();
        PrintWriter out = spec.commandLine().getOut();
        out.printf(
                Locale.ROOT,
                "%s, %s, batch %d, %,d weights, %,d steps; measuring …%n",
                config.model(),
                config.method().label(),
                config.train().batch(),
                memory.parameters(),
                all);
        out.flush();
        BlockTimes times =
                BlockTimes.measured(
                        config.model(),
                        config.method(),
                        config.precision(),
                        batch,
                        config.train().headTokens(),
                        rounds,
                        Devices.chosen());
        int parts = Math.max(1, config.train().microBatches());
        out.printf(
                Locale.ROOT,
                "%-26s %12s %12s %12s%s%n",
                "predicted",
                "total, MiB",
                "step, ms",
                "run, h",
                flops == null
                        ? ""
                        : String.format(Locale.ROOT, " %22s", "run at " + flops + "/s, h"));
        ways(config)
                .forEach(
                        (name, way) -> {
                            double step =
                                    parts
                                            * MemoryPlan.of(memory, way.execution(), batch, times)
                                                    .time();
                            double elsewhere = parts * memory.flops(way.execution(), batch) * all;
                            out.printf(
                                    Locale.ROOT,
                                    "%-26s %,12.0f %,12.1f %,12.2f%s%n",
                                    name,
                                    memory.total(way.execution(), batch, way.update()) / MIB,
                                    step,
                                    step * all / HOUR,
                                    flops == null
                                            ? ""
                                            : String.format(
                                                    Locale.ROOT,
                                                    " %,22.2f",
                                                    elsewhere / flops / 3600));
                        });
        out.flush();
        return 0;
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
