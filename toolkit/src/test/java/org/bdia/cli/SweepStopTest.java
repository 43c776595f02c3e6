package org.bdia.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.bdia.config.RunConfig;
import org.bdia.experiment.ChildCommand;
import org.bdia.experiment.RunCluster;
import org.bdia.experiment.RunPlace;
import org.bdia.experiment.StepLine;
import org.bdia.io.ChildJvm;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A sweep on a cluster that is told to end. */
class SweepStopTest {

    @TempDir private Path folder;

    /** A cluster whose runs do not end, and that takes longer to leave than the JVM waits for. */
    public static final class SlowCluster implements RunCluster {

        @Override
        public RunPlace open(
                String master, Map<String, String> settings, ChildCommand command, RunStore store) {
            return new RunPlace() {
                @Override
                public int slots() {
                    return 1;
                }

                @Override
                public String reason() {
                    return "slow";
                }

                @Override
                public Exit execute(RunConfig config, Consumer<StepLine> progress)
                        throws InterruptedException {
                    Thread.sleep(Long.MAX_VALUE);
                    throw new AssertionError();
                }

                @Override
                public void close() {
                    try {
                        Thread.sleep(Long.MAX_VALUE);
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                }
            };
        }
    }

    @Test
    @Timeout(120)
    @DisabledOnOs(OS.WINDOWS)
    void howToResumeIsSaidBeforeTheClusterIsLeft() throws Exception {
        Path services = Files.createDirectories(folder.resolve("META-INF/services"));
        Files.writeString(
                services.resolve(RunCluster.class.getName()), SlowCluster.class.getName());
        Path sweep = folder.resolve("sweep.json");
        Files.writeString(
                sweep, "{\"profile\": \"smoke\", \"grids\": [{\"task\": [\"cifar10\"]}]}");
        List<String> arguments = List.of("sweep", "--spark", "slow", sweep.toString());
        ProcessBuilder builder = ChildJvm.of(List.of(), Main.class.getName(), arguments);
        int classPath = builder.command().indexOf("-cp") + 1;
        builder.command()
                .set(classPath, folder + File.pathSeparator + builder.command().get(classPath));
        builder.environment().put("BDIA_RUNS", folder.resolve("runs").toString());
        Process process = builder.redirectErrorStream(true).start();
        List<String> said = new ArrayList<>();
        try (var lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                said.add(line);
                if (line.startsWith("started")) {
                    process.toHandle().destroy(); // leaves the pipe open
                }
            }
        } finally {
            process.destroyForcibly();
        }
        assertThat(said).anyMatch(line -> line.contains("the same command resumes"));
    }
}
