package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bdia.io.ChildJvm;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** A sweep in a process of its own that is told to end. */
class SweepSignalTest {

    @TempDir private Path folder;

    /** The process: one run that would take hours, and no checkpoint before its end. */
    static final class LongSweep {
        private LongSweep() {}

        public static void main(String[] arguments) throws InterruptedException {
            var store = RunStore.at(Path.of(arguments[0]));
            new SweepRunner(
                            new SweepPlan(
                                    List.of(
                                            new SweepPlan.Item(
                                                    "the run", Runs.endless(), Optional.empty()))),
                            store::isDone,
                            ThisMachine.of(store, new Capacity(1, 1, "test")),
                            LongSweep::tell)
                    .run();
        }

        private static void tell(SweepEvent event) {
            if (event instanceof SweepEvent.Progressed) {
                System.out.println("trains");
            }
        }
    }

    @Test
    @Timeout(120)
    @DisabledOnOs(OS.WINDOWS)
    void aSweepThatIsToldToEndWaitsForTheCheckpoints() throws Exception {
        Process sweep =
                ChildJvm.of(List.of(), LongSweep.class.getName(), List.of(folder.toString()))
                        .redirectErrorStream(true)
                        .start();
        try (var said = sweep.inputReader()) {
            assertThat(said.readLine()).isEqualTo("trains");
            sweep.toHandle().destroy(); // leaves the pipe open
            said.lines().forEach(line -> {}); // a full pipe would keep it
            assertThat(sweep.waitFor(90, TimeUnit.SECONDS)).isTrue();
            assertThat(checkpoints()).as("where its children would end with it").isNotEmpty();
        } finally {
            sweep.destroyForcibly();
        }
    }

    private List<Path> checkpoints() throws IOException {
        try (Stream<Path> files = Files.walk(folder, 2)) {
            return files.filter(f -> f.getFileName().toString().startsWith("checkpoint-")).toList();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}
