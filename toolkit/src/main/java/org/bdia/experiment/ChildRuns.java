package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.bdia.notebook.Notebook;
import org.bdia.notebook.Progress;
import org.bdia.run.RunConfig;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;

/** The runs of an experiment, one after the other, each in a {@linkplain ChildRun child JVM}. */
final class ChildRuns {

    private ChildRuns() {}

    /** One run to be finished, and the line of the comparison that it belongs to. */
    record Planned(Variant variant, RunConfig config) {}

    /** One finished run. */
    record Outcome(Variant variant, RunConfig config, RunRecord record) {}

    /**
     * Finishes every run that is not finished, one after the other, and reads them all.
     *
     * @throws ExperimentException if a child dies, once all other runs are finished; or at once if this thread is
     *     interrupted
     */
    static List<Outcome> complete(List<Planned> runs, RunStore store) {
        List<Planned> open = runs.stream().filter(r -> !store.isDone(r.config().id())).toList();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < open.size(); i++) {
            RunConfig config = open.get(i).config();
            String title =
                    String.format(
                            "run %d of %d · %s, seed %d",
                            i + 1, open.size(), open.get(i).variant().label(), config.seed());
            execute(config, store, Notebook.progress(title)).ifPresent(failures::add);
        }
        if (!failures.isEmpty()) {
            throw new ExperimentException(
                    String.format(
                            "%d of %d runs failed; the others are finished, and are not run again next time%n%s",
                            failures.size(),
                            open.size(),
                            String.join(System.lineSeparator(), failures)));
        }
        List<Outcome> outcomes = new ArrayList<>();
        for (Planned run : runs) {
            RunConfig config = run.config();
            outcomes.add(new Outcome(run.variant(), config, store.read(config.id())));
        }
        return outcomes;
    }

    /** Carries one run out; returns what went wrong, with the end of the child's log. */
    private static Optional<String> execute(RunConfig config, RunStore store, Progress progress) {
        try {
            var exit =
                    ChildRun.execute(
                            config,
                            store,
                            OptionalInt.empty(),
                            step -> progress.update(step.samples(), step.total(), step.text()));
            return exit.code() == 0 ? Optional.empty() : Optional.of(failure(config, exit));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ExperimentException(
                    "interrupted; run " + config.id() + " goes on from its checkpoint next time",
                    e);
        }
    }

    private static String failure(RunConfig config, ChildRun.Exit exit) {
        return String.format(
                "run %s (%s, seed %d) failed with %s; the end of its log:%n%s",
                config.id(),
                config.method().label(),
                config.seed(),
                exit.reason(),
                String.join(System.lineSeparator(), exit.log()));
    }
}
