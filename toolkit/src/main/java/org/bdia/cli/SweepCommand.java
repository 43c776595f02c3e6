package org.bdia.cli;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.RunPlace;
import org.bdia.experiment.Search;
import org.bdia.experiment.Sweep;
import org.bdia.experiment.SweepPlan;
import org.bdia.experiment.SweepRunner;
import org.bdia.experiment.ThisMachine;
import org.bdia.report.Tables;
import org.bdia.run.RunStore;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Executes the runs of a sweep.json. */
@Command(
        name = "sweep",
        description =
                "Executes the runs of a sweep.json, several at a time, each in its own process. Skips finished runs"
                        + " and resumes interrupted ones: call it again after a failure or a kill.")
final class SweepCommand implements Callable<Integer> {

    private static final Pattern SHARE = Pattern.compile("(\\d{1,6})/(\\d{1,6})");

    @Parameters(
            paramLabel = "SWEEP",
            description = "A sweep.json: a profile, and grids of values or a search.")
    private Path file;

    @Option(
            names = "--parallel",
            paramLabel = "N",
            description =
                    "Number of runs at a time; default: as many as processors and memory allow.")
    private Integer parallel;

    @Option(
            names = "--index",
            paramLabel = "I/N",
            description = "Executes only the i-th of n shares, i from 1; for job arrays.")
    private String index;

    @Option(names = "--dry-run", description = "Lists the runs without executing them.")
    private boolean dry;

    @Option(
            names = "--runs",
            paramLabel = "FOLDER",
            description = "Folder of the runs; default: BDIA_RUNS, else runs.")
    private Path runs;

    @Mixin private SparkOptions spark;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        RunStore store = runs == null ? RunStore.fromEnvironment() : RunStore.at(runs);
        if (spark.chosen()) {
            spark.refuse(store, Optional.ofNullable(index), wanted());
        }
        Sweep sweep = Sweep.read(file);
        List<RunConfig> configs = sweep.configs(DataFolder.fromEnvironment());
        try {
            return sweep.halving().isPresent()
                    ? halve(sweep, configs, store)
                    : all(sweep, configs, store);
        } catch (InterruptedException e) {
            return 1;
        }
    }

    private int all(Sweep sweep, List<RunConfig> configs, RunStore store)
            throws InterruptedException {
        boolean finished = execute(share(SweepPlan.of(configs)), store);
        showBest(sweep, List.of(configs), store);
        return finished ? 0 : 1;
    }

    /** Executes rung after rung; a dry run lists those that are known. */
    private int halve(Sweep sweep, List<RunConfig> first, RunStore store)
            throws InterruptedException {
        if (index != null) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--index cannot divide successive halving, whose rungs need the results of all runs of the one before;"
                            + " leave it out: several of the same command share the runs of one folder");
        }
        Search halving = sweep.halving().orElseThrow();
        var out = spec.commandLine().getOut();
        List<List<RunConfig>> rungs = new ArrayList<>(List.of(first));
        boolean finished = true;
        for (int i = 0; ; i++) {
            List<RunConfig> rung = rungs.get(i);
            out.println(halving.words(i, rung.size()));
            List<RunConfig> all = rungs.stream().flatMap(List::stream).toList();
            finished &= execute(SweepPlan.of(all).only(rung), store);
            if (i == halving.epochs().size() - 1) {
                break;
            }
            if (dry && !rung.stream().allMatch(config -> store.isDone(config.id()))) {
                out.println(
                        halving.words(i + 1, halving.survivors(rung.size()))
                                + ", known when the rung before has ended");
                break;
            }
            rungs.add(halving.next(i, rung, store));
        }
        showBest(sweep, rungs, store);
        return finished ? 0 : 1;
    }

    private void showBest(Sweep sweep, List<List<RunConfig>> rungs, RunStore store) {
        if (!dry) {
            sweep.best(rungs, store)
                    .ifPresent(table -> spec.commandLine().getOut().println(Tables.text(table)));
        }
    }

    /** Returns whether no run has failed. */
    private boolean execute(SweepPlan plan, RunStore store) throws InterruptedException {
        List<RunConfig> open =
                plan.items().stream()
                        .map(SweepPlan.Item::config)
                        .filter(config -> !store.isDone(config.id()))
                        .toList();
        var out = spec.commandLine().getOut();
        OptionalInt wanted = wanted();
        int size = plan.items().size();
        out.println(size + (size == 1 ? " run, " : " runs, ") + open.size() + " to do");
        if (dry) {
            for (SweepPlan.Item item : plan.items()) {
                out.println((store.isDone(item.id()) ? "finished  " : "to do     ") + item.text());
            }
        }
        if (open.isEmpty() || (dry && spark.chosen())) {
            return true;
        }
        try (RunPlace place =
                spark.chosen() ? spark.open(store) : ThisMachine.of(open, store, wanted)) {
            out.println(place.reason());
            out.flush();
            return dry || run(plan, store, place);
        }
    }

    private boolean run(SweepPlan plan, RunStore store, RunPlace place)
            throws InterruptedException {
        var terminal = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        var board = new SweepBoard(plan.items().size(), place.slots(), System::nanoTime);
        try (var display = SweepDisplay.of(board, terminal)) {
            return new SweepRunner(plan, store::isDone, place, display::accept).run();
        } catch (InterruptedException e) {
            // Before the place is closed, which may take longer than the JVM has.
            terminal.println(
                    spark.chosen()
                            ? "stopped; the runs on the cluster write checkpoints and leave; the same command resumes"
                                    + " from the newest"
                            : "stopped; the same command resumes from the checkpoints");
            throw e;
        }
    }

    private OptionalInt wanted() {
        if (parallel == null) {
            return OptionalInt.empty();
        }
        if (parallel < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--parallel must be at least 1, but is " + parallel);
        }
        return OptionalInt.of(parallel);
    }

    private SweepPlan share(SweepPlan plan) {
        if (index == null) {
            return plan;
        }
        Matcher parts = SHARE.matcher(index);
        if (!parts.matches()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--index must be a share and the number of shares, for example 1/4, but is '"
                            + index
                            + "'");
        }
        try {
            return plan.share(Integer.parseInt(parts.group(1)), Integer.parseInt(parts.group(2)));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--index: " + e.getMessage(), e);
        }
    }
}
