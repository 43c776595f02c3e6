package org.bdia.ci.fault;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Injects faults into training runs; called by ci/faults. */
@Command(
        name = "faults",
        hidden = true, // ci/faults calls it
        description =
                "Injects faults into training runs, compares rebuilt states and kernels, and looks for leaks."
                        + " Called by ci/faults.")
public final class FaultsCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            description =
                    "Number of runs to kill and resume, 0 = no faults to runs, else at least "
                            + KillCampaign.MIN_KILLS
                            + ".",
            defaultValue = "0")
    private int kills;

    @Option(
            names = "--seed",
            description = "Random seed for the kill times; default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--states",
            description = "Number of states to compare by fingerprint, 0 = none.",
            defaultValue = "0")
    private long states;

    @Option(
            names = "--kernels",
            description =
                    "Shapes at which fused kernels are compared with plain ones: ${COMPLETION-CANDIDATES};"
                            + " default: ${DEFAULT-VALUE}.",
            defaultValue = "NONE")
    private Shapes kernels;

    /** Steps per model in the search for leaks. */
    private static final int STEPS_PER_MODEL = 20;

    /** The shapes at which kernels are compared. */
    private enum Shapes {
        NONE,
        QUICK,
        ALL
    }

    @Option(
            names = "--steps",
            description =
                    "Number of training steps to look for leaks in, 0 = none, else at least "
                            + LeakCampaign.MIN_STEPS
                            + ".",
            defaultValue = "0")
    private int steps;

    @Option(
            names = "--cells",
            description =
                    "Number of notebook cells to look for leaks in, 0 = none, else at least "
                            + LeakCampaign.MIN_CELLS
                            + ".",
            defaultValue = "0")
    private int cells;

    @Option(
            names = "--folder",
            description = "Folder of the runs; default: ${DEFAULT-VALUE}.",
            defaultValue = "target/faults")
    private Path folder;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        requireSomethingToDo();
        PrintWriter out = spec.commandLine().getOut();
        List<FaultResult> results = new ArrayList<>();
        Consumer<List<FaultResult>> found =
                some -> {
                    results.addAll(some);
                    print(out, FaultResult.table(some).stripTrailing());
                };
        if (kills > 0) {
            var campaign = new KillCampaign(folder, seed, line -> print(out, line));
            Path reference = campaign.reference();
            found.accept(new FolderFaults(folder, reference).run());
            found.accept(new CellFaults().run());
            found.accept(List.of(campaign.run(reference, kills)));
        }
        if (states > 0) {
            found.accept(new VerifyCampaign(line -> print(out, line)).run(states));
        }
        if (kernels != Shapes.NONE) {
            found.accept(new KernelCampaign(line -> print(out, line)).run(kernels == Shapes.ALL));
        }
        var leaks = new LeakCampaign(line -> print(out, line));
        if (steps > 0) {
            found.accept(List.of(leaks.training(steps)));
            found.accept(List.of(leaks.models(LeakCampaign.MIN_MODELS + steps / STEPS_PER_MODEL)));
            found.accept(List.of(leaks.runs(folder, LeakCampaign.MIN_RUNS)));
        }
        if (cells > 0) {
            found.accept(List.of(leaks.cells(cells)));
        }
        long failed =
                results.stream().filter(f -> f.outcome() == FaultResult.Outcome.FAILS).count();
        print(out, failed + " of " + results.size() + " findings are not as expected");
        return failed > 0 ? 1 : 0;
    }

    /** Refuses a campaign too short to find anything. */
    private void requireSomethingToDo() {
        requireNoneOr(KillCampaign.MIN_KILLS, kills, "--kills");
        requireNoneOr(1, states, "--states");
        requireNoneOr(LeakCampaign.MIN_STEPS, steps, "--steps");
        requireNoneOr(LeakCampaign.MIN_CELLS, cells, "--cells");
        if (kills == 0 && states == 0 && kernels == Shapes.NONE && steps == 0 && cells == 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "faults needs --kills, --states, --kernels, --steps or --cells");
        }
    }

    private void requireNoneOr(int least, long found, String option) {
        if (found != 0 && found < least) {
            throw new ParameterException(
                    spec.commandLine(),
                    option + " must be 0 or at least " + least + ", but is " + found);
        }
    }

    private static void print(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
