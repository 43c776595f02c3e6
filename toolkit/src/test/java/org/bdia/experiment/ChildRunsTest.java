package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.Start;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.data.Provenance;
import org.bdia.data.TextCorpus;
import org.bdia.run.Build;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunArchive;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildRunsTest {

    private static final MetricRow ROW = new MetricRow(1, 1, "val", "loss", 0.125);

    @TempDir private Path folder;

    @Test
    void anArchivedRunIsNotTrainedAgain() {
        RunConfig config = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        RunStore store = RunStore.at(folder.resolve("runs"));

        List<ChildRuns.Outcome> outcomes =
                ChildRuns.complete(Runs.planned(List.of(config)), store, archive(config));

        assertThat(outcomes.get(0).record().metrics()).containsExactly(ROW);
    }

    @Test
    void nothingIsPretrainedForAnArchivedRun() {
        var text =
                new TaskConfig.Text(
                        TextCorpus.Source.SHAKESPEARE,
                        TextCorpus.Unit.CHARACTERS,
                        100,
                        100,
                        0,
                        0,
                        true);
        var start = new Start.Pretrained(text, TrainConfig.of(1, 4, 1e-3));
        var task = new TaskConfig.E2eNlg(8, 2, 2, start, 1, 0, true);
        RunConfig config =
                new RunConfig(
                        task,
                        GptConfig.nano(),
                        Method.standard(),
                        Backprop.STORE,
                        false,
                        TrainConfig.of(1, 4, 1e-3),
                        0);
        RunStore store = RunStore.at(folder.resolve("runs"));

        ChildRuns.complete(Runs.planned(List.of(config)), store, archive(config));

        String pretraining = SweepPlan.of(List.of(config)).items().get(0).id();
        assertThat(pretraining).isNotEqualTo(config.id());
        assertThat(folder.resolve("runs").resolve(pretraining)).doesNotExist();
    }

    private Optional<RunArchive> archive(RunConfig config) {
        RunStore before = RunStore.at(folder.resolve("before"));
        Provenance data = new Provenance("set", "files", false, "00");
        try (Run run = before.open(config.id(), config.json())) {
            Manifest begun = Manifest.begin("cpu()", "engine 1", data, Instant.EPOCH);
            run.append(List.of(ROW));
            run.finish(at("abc", begun), Map.of(), List.of());
        }
        RunArchive archive = RunArchive.at(folder.resolve("archive"));
        archive.add(before, config.id(), Optional.of(Build.ARITHMETIC));
        return Optional.of(archive);
    }

    private static Manifest at(String commit, Manifest manifest) {
        return new Manifest(
                manifest.version(),
                commit,
                manifest.arithmetic(),
                manifest.java(),
                manifest.os(),
                manifest.cpu(),
                manifest.cores(),
                manifest.memoryBytes(),
                manifest.device(),
                manifest.engine(),
                manifest.data(),
                manifest.started(),
                manifest.finished(),
                manifest.plainKernels(),
                manifest.hours());
    }
}
