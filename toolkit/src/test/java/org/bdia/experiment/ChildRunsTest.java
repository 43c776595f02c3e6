package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.Provenance;
import org.bdia.run.Build;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunArchive;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChildRunsTest {

    @TempDir private Path folder;

    @Test
    void anArchivedRunIsNotTrainedAgain() {
        RunConfig config = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);
        RunStore before = RunStore.at(folder.resolve("before"));
        Provenance data = new Provenance("set", "files", false, "00");
        var row = new MetricRow(1, 1, "val", "loss", 0.125);
        try (Run run = before.open(config.id(), config.json())) {
            Manifest begun = Manifest.begin("cpu()", "engine 1", data, Instant.EPOCH);
            run.append(List.of(row));
            run.finish(at("abc", begun), Map.of(), List.of());
        }
        RunArchive archive = RunArchive.at(folder.resolve("archive"));
        archive.add(before, config.id(), Optional.of(Build.ARITHMETIC));

        RunStore store = RunStore.at(folder.resolve("runs"));
        List<ChildRuns.Outcome> outcomes =
                ChildRuns.complete(Runs.planned(List.of(config)), store, Optional.of(archive));

        assertThat(outcomes.get(0).record().metrics()).containsExactly(row);
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
