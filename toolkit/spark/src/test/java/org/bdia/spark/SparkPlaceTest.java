package org.bdia.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.experiment.ChildCommand;
import org.bdia.experiment.ExperimentException;
import org.bdia.experiment.RunPlace;
import org.bdia.experiment.StepLine;
import org.bdia.experiment.Sweep;
import org.bdia.io.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SparkPlaceTest {

    @TempDir private Path folder;

    @Test
    void progressAndEndOfARunComeFromTheDriver() throws Exception {
        try (SparkPlace place = place("serve")) {
            assertThat(place.slots()).isEqualTo(3);
            assertThat(place.reason()).isEqualTo("3 at a time");
            List<StepLine> steps = new ArrayList<>();
            RunPlace.Exit exit = place.execute(config(), steps::add);
            assertThat(exit).isEqualTo(new RunPlace.Exit(1, List.of("γ", "(on host 7)")));
            assertThat(steps).containsExactly(new StepLine(5, 10, "loss 1"));
        }
        assertThat(folder.resolve("jars")).doesNotExist();
    }

    @Test
    void aLongReportIsReadWhileTheDriverLogs() throws Exception {
        try (SparkPlace place = place("log")) {
            for (int i = 0; i < 20; i++) {
                assertThat(place.execute(config(), step -> {}).log()).hasSize(400);
            }
        }
    }

    @Test
    void aReportThatCannotBeReadBreaksTheSweepOff() throws Exception {
        try (SparkPlace place = place("garble")) {
            assertThatThrownBy(() -> place.execute(config(), step -> {}))
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("{\"kind\":");
        }
    }

    @Test
    void aDriverThatRefusesSaysWhy() {
        assertThatThrownBy(() -> place("refuse"))
                .isInstanceOf(ExperimentException.class)
                .hasMessage("no executor sees /runs");
    }

    @Test
    void aDriverThatDiesIsQuotedWithoutItsNoise() {
        assertThatThrownBy(() -> place("die"))
                .isInstanceOf(ExperimentException.class)
                .hasMessageContaining("ConnectException")
                .hasMessageNotContaining("INFO");
    }

    @Test
    void aLostClusterBreaksTheSweepOffInsteadOfFailingEveryRun() throws Exception {
        try (SparkPlace place = place("lose")) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> place.execute(config(), step -> {}))
                        .isInstanceOf(UncheckedIOException.class)
                        .hasMessageContaining("no usable executor");
            }
        }
    }

    private SparkPlace place(String how) throws IOException {
        var command = new ChildCommand(List.of("java", "-cp", "x"), Map.of("OMP_NUM_THREADS", "1"));
        return new SparkPlace(
                ChildJvm.of(List.of(), StubDriver.class.getName(), List.of(how)),
                new Message.Setup(command, "/runs", ".probe", "17"),
                Files.createDirectories(folder.resolve("jars")));
    }

    private RunConfig config() throws IOException {
        Path sweep = folder.resolve("sweep.json");
        Files.writeString(
                sweep, "{\"profile\": \"smoke\", \"grids\": [{\"task\": [\"cifar10\"]}]}");
        return Sweep.read(sweep).configs(DataFolder.at(folder)).get(0);
    }
}
