package org.bdia.ci;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.bdia.config.FileException;
import org.bdia.run.Build;
import org.bdia.run.RunArchive;
import org.bdia.run.RunStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Archives finished runs, or restores archived ones; called by ci/regenerate too. */
@Command(
        name = "archive",
        description = {
            "Archives the finished runs of a folder as one small file each: configuration, manifest and metrics,"
                    + " without weights and samples. A run on synthetic data, of changed code or of another"
                    + " arithmetic than today's is refused.",
            "Exit status: 0 all finished runs are archived, 1 one was refused."
        })
final class ArchiveCommand implements Callable<Integer> {

    @Parameters(paramLabel = "RUNS", description = "Folder of runs.")
    private Path runs;

    @Option(
            names = "--archive",
            paramLabel = "FOLDER",
            description = "Folder of archived runs; default: ${DEFAULT-VALUE}.",
            defaultValue = "notebooks/results/runs")
    private Path folder;

    @Option(
            names = "--arithmetic",
            paramLabel = "VERSION",
            description =
                    "The arithmetic of runs whose manifest names none: they were begun before it was written"
                            + " there. Today's is "
                            + Build.ARITHMETIC
                            + ".")
    private String arithmetic;

    @Option(
            names = "--restore",
            description =
                    "Restore archived runs of today's arithmetic in RUNS instead, unless they are there.")
    private boolean restore;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        Path source = restore ? folder : runs;
        if (!Files.isDirectory(source)) {
            throw new ParameterException(
                    spec.commandLine(),
                    source
                            + ": expected a folder of "
                            + (restore ? "archived runs" : "runs")
                            + ", found no such folder; check the path");
        }
        return restore ? restore() : archive();
    }

    private int archive() {
        RunStore store = RunStore.at(runs);
        List<String> finished = store.ids().stream().filter(store::isDone).toList();
        int added = 0;
        int refused = 0;
        for (String id : finished) {
            try {
                if (RunArchive.at(folder).add(store, id, Optional.ofNullable(arithmetic))) {
                    added++;
                }
            } catch (FileException e) {
                spec.commandLine().getErr().println("refused: " + e.getMessage());
                refused++;
            }
        }
        int before = finished.size() - added - refused;
        say(
                added
                        + " runs archived in "
                        + folder
                        + ", "
                        + before
                        + " before, "
                        + refused
                        + " refused");
        return refused == 0 ? 0 : 1;
    }

    private int restore() {
        RunArchive archive = RunArchive.at(folder);
        RunStore store = RunStore.at(runs);
        List<String> ids = archive.ids();
        long restored = ids.stream().filter(id -> archive.restore(id, store)).count();
        long others = ids.size() - restored;
        say(
                restored
                        + " runs restored in "
                        + runs
                        + "; "
                        + others
                        + " were there before, or are not of arithmetic "
                        + Build.ARITHMETIC);
        return 0;
    }

    private void say(String line) {
        spec.commandLine().getOut().println(line);
    }
}
