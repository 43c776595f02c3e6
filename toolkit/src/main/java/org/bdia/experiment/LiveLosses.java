package org.bdia.experiment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bdia.config.RunConfig;
import org.bdia.report.Axis;
import org.bdia.report.Figure;
import org.bdia.report.RunSet;
import org.bdia.report.Series;
import org.bdia.run.RunRecord;
import org.bdia.run.RunStore;

/**
 * Training and validation loss of runs, from their steps and files, as a figure of the runs that began last; the line under it names
 * those before them.
 */
final class LiveLosses {
    /** The most runs shown with both losses, as a figure shows six lines; of those before them no file is read. */
    private static final int MOST_RUNS = 3;

    /** The most points of a training curve; beyond, every second one is dropped. */
    private static final int MOST_POINTS = 400;

    private final RunStore store;
    private final List<Losses> runs = new ArrayList<>();

    LiveLosses(RunStore store) {
        this.store = store;
    }

    /** The training losses that a run has reported, over epochs. */
    private record Losses(
            String label, RunConfig config, List<Double> epochs, List<Double> losses) {
        String name(String split) {
            return label + ", seed " + config.seed() + ", " + split;
        }

        void add(double epoch, double loss) {
            if (epochs.size() == MOST_POINTS) {
                for (int i = MOST_POINTS - 2; i > 0; i -= 2) {
                    epochs.remove(i);
                    losses.remove(i);
                }
            }
            epochs.add(epoch);
            losses.add(loss);
        }
    }

    /** Adds what a run has reported. */
    void add(String label, RunConfig config, StepLine step) {
        if (step.loss().isEmpty()) {
            return;
        }
        var run =
                runs.stream()
                        .filter(known -> known.config().equals(config))
                        .findFirst()
                        .orElseGet(() -> begin(label, config));
        double epoch = (double) config.train().epochs() * step.samples() / step.total();
        run.add(epoch, step.loss().getAsDouble());
    }

    private Losses begin(String label, RunConfig config) {
        var first = new Losses(label, config, new ArrayList<>(), new ArrayList<>());
        boolean taken = runs.stream().anyMatch(run -> run.name("").equals(first.name("")));
        runs.add(
                taken
                        ? new Losses(
                                label + " " + config.id(), config, first.epochs(), first.losses())
                        : first);
        return runs.get(runs.size() - 1);
    }

    /** Whether no run has reported a loss yet. */
    boolean isEmpty() {
        return runs.isEmpty();
    }

    /** Returns the figure; there has been a step. */
    Figure figure() {
        List<Series> lines = new ArrayList<>();
        List<RunSet.Labelled> begun = new ArrayList<>();
        int before = Math.max(0, runs.size() - MOST_RUNS);
        for (Losses run : runs.subList(before, runs.size())) {
            lines.add(training(run));
            Optional<RunRecord> record = store.soFar(run.config().id());
            record.flatMap(r -> validation(run, r)).ifPresent(lines::add);
            record.ifPresent(r -> begun.add(new RunSet.Labelled(r.id(), run.config().seed(), r)));
        }
        runs.subList(0, before).forEach(run -> lines.add(training(run)));
        return new Figure(
                "loss while training",
                Axis.linear("epoch"),
                Axis.linear("loss"),
                lines,
                RunSet.of(begun).caption());
    }

    private static Series training(Losses run) {
        return new Series.Line(
                run.name("training"), run.epochs(), run.losses(), List.of(), List.of());
    }

    private static Optional<Series> validation(Losses run, RunRecord record) {
        var rows =
                record.metrics().stream()
                        .filter(row -> row.split().equals("val") && row.metric().equals("loss"))
                        .toList();
        return rows.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        new Series.Line(
                                run.name("validation"),
                                rows.stream().map(row -> (double) row.epoch()).toList(),
                                rows.stream().map(row -> row.value()).toList(),
                                List.of(),
                                List.of()));
    }
}
