package org.bdia.ci.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.bdia.io.DurableFiles;
import org.bdia.measure.Benchmark;
import org.bdia.measure.Point;
import org.bdia.measure.Row;
import org.bdia.measure.Tools;
import org.bdia.torch.Bfloat16;
import org.bdia.torch.Devices;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures peak memory and step time; called by ci/bench. */
@Command(
        name = "bench",
        hidden = true, // ci/bench calls it
        description =
                "Measures peak memory and step time of training, one process per point, side by side."
                        + " Called by ci/bench.")
public final class BenchCommand implements Callable<Integer> {

    @Option(
            names = "--quick",
            description =
                    "Only ViT, K = 12 and 24, standard store and BDIA reversible in both variants.")
    private boolean quick;

    @Option(
            names = "--rounds",
            description = "Number of turns of each point; default: ${DEFAULT-VALUE}.",
            defaultValue = "9")
    private int rounds;

    @Option(names = "--task", description = "Only vit, gpt or gpt2-medium.")
    private String task;

    @Option(names = "--depths", split = ",", description = "Only these depths, for example 12,24.")
    private List<Integer> depths;

    @Option(
            names = "--output",
            description = "The folder of memory.csv and time.csv; default: ${DEFAULT-VALUE}.",
            defaultValue = "target/bench")
    private Path output;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var out = spec.commandLine().getOut();
        Tools tools = Tools.fromEnvironment();
        int warmUp = Math.min(Benchmark.WARM_UP, rounds);
        var benchmark = new Benchmark(tools, warmUp, rounds, out::println);
        boolean bfloat16 = hasBfloat16(out);
        Files.createDirectories(output);
        List<Row> rows = new ArrayList<>();
        for (List<Point> group :
                BenchmarkGrid.groups(quick, !tools.peer().isEmpty(), task, depths)) {
            rows.addAll(
                    benchmark.measure(
                            group.stream()
                                    .filter(p -> bfloat16 || p.precision().equals("float32"))
                                    .toList()));
            out.flush();
            write("memory.csv", rows);
            write("time.csv", rows);
        }
        out.println("written: " + output.resolve("memory.csv") + ", " + output.resolve("time.csv"));
        return 0;
    }

    private static boolean hasBfloat16(PrintWriter out) {
        try {
            Bfloat16.requireOn(Devices.chosen());
            return true;
        } catch (IllegalArgumentException e) {
            out.println("bfloat16 is left out: " + e.getMessage());
            return false;
        }
    }

    private void write(String name, List<Row> rows) throws IOException {
        List<String> lines =
                Stream.concat(Stream.of(Row.HEADER), rows.stream().map(Row::csv)).toList();
        DurableFiles.replace(output.resolve(name), String.join("\n", lines) + "\n");
    }
}
