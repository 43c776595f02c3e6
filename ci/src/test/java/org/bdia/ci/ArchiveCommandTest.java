package org.bdia.ci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.bdia.cli.Main;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.config.TaskConfig;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Cifar;
import org.bdia.data.Provenance;
import org.bdia.run.Build;
import org.bdia.run.Manifest;
import org.bdia.run.MetricRow;
import org.bdia.run.Run;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveCommandTest {

    @TempDir private Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void finishedRunsAreArchivedAndRestored() {
        RunConfig good = finished(0, "abc", Build.ARITHMETIC);
        RunConfig dirty = finished(1, "abc-dirty", Build.ARITHMETIC);
        RunConfig other = finished(2, "abc", "0");
        RunStore.at(folder.resolve("runs")).open("begun", "{}").close();

        assertThat(archive("runs")).isEqualTo(1);
        assertThat(out.toString()).contains("1 runs archived in ", ", 0 before, 2 refused");
        assertThat(err.toString().lines())
                .hasSize(2)
                .anyMatch(line -> line.startsWith("refused: run " + dirty.id()))
                .anyMatch(line -> line.startsWith("refused: run " + other.id()));

        assertThat(archive("new", "--restore")).isZero();
        assertThat(RunStore.at(folder.resolve("new")).ids()).containsExactly(good.id());
        assertThat(archive("new")).isZero();
        assertThat(out.toString())
                .contains("1 runs restored in ", "0 runs archived in ", ", 1 before, 0 refused");
    }

    @Test
    void aFolderThatIsNotThereIsWrongUsage() {
        assertThat(archive("none")).isEqualTo(2);
        assertThat(archive("none", "--restore")).isEqualTo(2);
        assertThat(err.toString())
                .contains(
                        "none: expected a folder of runs",
                        "archive: expected a folder of archived");
    }

    private RunConfig finished(long seed, String commit, String arithmetic) {
        var task = new TaskConfig.Images(Cifar.Kind.CIFAR_10, 50, 10, 10, false, 0, true);
        var config =
                new RunConfig(
                        task,
                        VitConfig.smoke(),
                        Method.standard(),
                        Backprop.STORE,
                        false,
                        TrainConfig.of(1, 10, 1e-3),
                        seed);
        var manifest =
                new Manifest(
                        "1",
                        commit,
                        arithmetic,
                        "17",
                        "os",
                        "cpu",
                        2,
                        1,
                        "cpu()",
                        "engine 1",
                        new Provenance("set", "files", false, "00"),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        List.of(),
                        0.5);
        try (Run run = RunStore.at(folder.resolve("runs")).open(config.id(), config.json())) {
            run.append(List.of(new MetricRow(1, 1, "val", "loss", 2.5)));
            run.finish(manifest, Map.of(), List.of());
        }
        return config;
    }

    private int archive(String runs, String... options) {
        String[] all = new String[options.length + 4];
        all[0] = "archive";
        all[1] = folder.resolve(runs).toString();
        all[2] = "--archive";
        all[3] = folder.resolve("archive").toString();
        System.arraycopy(options, 0, all, 4, options.length);
        return Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }
}
