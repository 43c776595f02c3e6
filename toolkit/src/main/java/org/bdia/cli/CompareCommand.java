package org.bdia.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.Sweep;
import org.bdia.report.FinishedRuns;
import org.bdia.run.RunStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares finished runs: prints the table, writes tables and figures. Reads files only. */
@Command(
        name = "compare",
        description =
                "Compares finished runs: prints mean, deviation, tests and effect sizes over seeds, and writes tables"
                        + " (CSV, Markdown, LaTeX) and curves (PNG, SVG, PDF).")
final class CompareCommand implements Callable<Integer> {

    @Parameters(
            arity = "0..*",
            paramLabel = "RUN",
            description =
                    "A run's name or folder, a folder of runs, or a sweep.json; default: all runs.")
    private List<String> named = List.of();

    @Option(
            names = "--runs",
            paramLabel = "FOLDER",
            description = "Folder of the runs; default: BDIA_RUNS, else runs.")
    private Path runs;

    @Option(
            names = "--metric",
            paramLabel = "METRIC",
            description =
                    "Metric to compare, may be repeated; default: last and best validation loss and all test metrics.")
    private List<String> metrics = List.of();

    @Option(
            names = "--reference",
            paramLabel = "METHOD",
            description =
                    "Method that all others are compared with; default: standard, else the first.")
    private String reference;

    @Option(
            names = "--output",
            paramLabel = "FOLDER",
            description = "Folder of tables/ and figures/; default: ${DEFAULT-VALUE}.",
            defaultValue = "target/comparison")
    private Path output;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var out = spec.commandLine().getOut();
        List<Path> missing = new ArrayList<>();
        FinishedRuns found = FinishedRuns.read(folders(missing));
        found.compare(metrics, Optional.ofNullable(reference), output, out::println);
        List<String> unfinished = new ArrayList<>(found.unfinished());
        missing.forEach(folder -> unfinished.add(folder.getFileName().toString()));
        if (!unfinished.isEmpty()) {
            out.println("left out, not finished: " + String.join(", ", unfinished));
        }
        out.println("written: " + output.resolve("tables") + ", " + output.resolve("figures"));
        out.flush();
        return 0;
    }

    private List<Path> folders(List<Path> missing) {
        RunStore store = runs == null ? RunStore.fromEnvironment() : RunStore.at(runs);
        if (named.isEmpty()) {
            return List.of(store.root());
        }
        List<Path> folders = new ArrayList<>();
        for (String name : named) {
            Path path = Path.of(name);
            if (name.endsWith(".json")) {
                for (RunConfig config :
                        Sweep.read(path).known(DataFolder.fromEnvironment(), store)) {
                    boolean started = Files.isDirectory(store.root().resolve(config.id()));
                    (started ? folders : missing).add(store.root().resolve(config.id()));
                }
            } else {
                folders.add(Files.isDirectory(path) ? path : store.root().resolve(name));
            }
        }
        return folders;
    }
}
