package org.bdia.experiment;

import java.nio.file.Path;
import java.util.List;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.Records;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.DataFolder;
import org.bdia.data.Provenance;
import org.bdia.experiment.ChildRuns.Outcome;
import org.bdia.experiment.ChildRuns.Planned;
import org.bdia.report.Caption;
import org.bdia.report.Profile;
import org.bdia.run.MetricRow;
import org.bdia.run.RunStore;

/** A run that takes a second, on generated images. */
final class Runs {

    /** Of figures of runs with seed 3. */
    static final Caption CAPTION =
            Caption.of(
                    List.of(new Provenance("made up", "a test", true, "0".repeat(64))),
                    Profile.SMOKE,
                    List.of(3L),
                    "a test");

    private Runs() {}

    static RunConfig small(Method method, Backprop backprop, long seed) {
        return new RunConfig(
                new TaskConfig.Images(Cifar.Kind.CIFAR_10, 50, 10, 10, true, 0, true),
                VitConfig.smoke().withWidth(8).withMlp(8).withDepth(2),
                method,
                backprop,
                true,
                TrainConfig.of(2, 10, 1e-3),
                seed);
    }

    /** A run with nothing changed but how it is trained. */
    static RunConfig with(RunConfig run, TrainConfig train) {
        return Records.with(run, "train", train);
    }

    /** A run that takes hours, and writes no checkpoint before its end. */
    static RunConfig endless() {
        RunConfig small = small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        return with(small, small.train().withEpochs(1_000_000).withCheckpointEvery(1_000_000));
    }

    /** Every configuration as a line of a comparison. */
    static List<Planned> planned(List<RunConfig> configs) {
        return configs.stream()
                .map(c -> new Planned(new Variant(c.method(), c.backprop()), c))
                .toList();
    }

    /** Trains a run in this JVM, in the folder. */
    static Outcome finished(Path folder, RunConfig config) {
        RunStore store = RunStore.at(folder);
        new RunWorker(config, store, DataFolder.at(folder)).work(e -> {}, () -> false);
        Variant variant = new Variant(config.method(), config.backprop());
        return new Outcome(variant, config, store.read(config.id()));
    }

    /** What the run itself measured on its validation data after its last epoch. */
    static double lastValidationLoss(Outcome outcome) {
        return outcome.record().metrics().stream()
                .filter(r -> r.split().equals("val") && r.metric().equals("loss"))
                .reduce((earlier, later) -> later)
                .map(MetricRow::value)
                .orElseThrow();
    }
}
