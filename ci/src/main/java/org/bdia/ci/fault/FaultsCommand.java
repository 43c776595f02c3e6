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

/** Does to runs what hurts them; ci/faults prepares what it needs. */
@Command(
        name = "faults",
        hidden = true, // ci/faults calls it
        description =
                "Kills runs, fills their disk, compares rebuilt states and looks for leaks. ci/faults builds"
                        + " what this needs and calls it.")
public final class FaultsCommand implements Callable<Integer> {

    @Option(
            names = "--kills",
            description =
                    "Runs that are killed and resumed, 0 = no faults to runs, else at least "
                            + KillCampaign.MIN_KILLS
                            + ".",
            defaultValue = "0")
    private int kills;

    @Option(
            names = "--seed",
            description =
                    "What the moments of the kills are a function of; default: ${DEFAULT-VALUE}.",
            defaultValue = "1")
    private long seed;

    @Option(
            names = "--states",
            description = "States that are compared by fingerprint, 0 = none.",
            defaultValue = "0")
    private long states;

    @Option(
            names = "--kernels",
            description =
                    "Shapes at which fused kernels are compared with plain ones: ${COMPLETION-CANDIDATES};"
                            + " default: ${DEFAULT-VALUE}.",
            defaultValue = "NONE")
    private Shapes kernels;

    /** A model is made for so many of the steps that leaks are looked for in. */
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
                    "Training steps to look for leaks in, 0 = none, else at least "
                            + LeakCampaign.MIN_STEPS
                            + ".",
            defaultValue = "0")
    private int steps;

    @Option(
            names = "--cells",
            description =
                    "Notebook cells to look for leaks in, 0 = none, else at least "
                            + LeakCampaign.MIN_CELLS
                            + ".",
            defaultValue = "0")
    private int cells;

    @Option(
            names = "--folder",
            description = "Where the runs go; default: ${DEFAULT-VALUE}.",
            defaultValue = "target/faults")
    private Path folder;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() {
        requireSomethingToDo();
        PrintWriter out = spec.commandLine().getOut();
        List<Finding> findings = new ArrayList<>();
        Consumer<List<Finding>> found =
                some -> {
                    findings.addAll(some);
                    tell(out, Finding.table(some).stripTrailing());
                };
        if (kills > 0) {
            var campaign = new KillCampaign(folder, seed, line -> tell(out, line));
            Path reference = campaign.reference();
            found.accept(new FolderFaults(folder, reference).run());
            found.accept(new CellFaults().run());
            found.accept(List.of(campaign.run(reference, kills)));
        }
        if (states > 0) {
            found.accept(new VerifyCampaign(line -> tell(out, line)).run(states));
        }
        if (kernels != Shapes.NONE) {
            found.accept(new KernelCampaign(line -> tell(out, line)).run(kernels == Shapes.ALL));
        }
        var leaks = new LeakCampaign(line -> tell(out, line));
        if (steps > 0) {
            found.accept(List.of(leaks.training(steps)));
            found.accept(List.of(leaks.models(LeakCampaign.MIN_MODELS + steps / STEPS_PER_MODEL)));
            found.accept(List.of(leaks.runs(folder, LeakCampaign.MIN_RUNS)));
        }
        if (cells > 0) {
            found.accept(List.of(leaks.cells(cells)));
        }
        long failed = findings.stream().filter(f -> f.outcome() == Finding.Outcome.FAILS).count();
        tell(out, failed + " of " + findings.size() + " findings are not as expected");
        return failed > 0 ? 1 : 0;
    }

    /** A campaign that finds nothing because it hardly looked must not pass. */
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

    private static void tell(PrintWriter out, String line) {
        out.println(line);
        out.flush();
    }
}
