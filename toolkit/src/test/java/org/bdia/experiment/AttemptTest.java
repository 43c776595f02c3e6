package org.bdia.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.bdia.config.Backprop;
import org.bdia.config.FileException;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;
import org.bdia.data.DataFolder;
import org.bdia.run.RunStore;
import org.bdia.train.TrainEvent;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptTest {

    private static final RunConfig CONFIG = Runs.small(Method.bdia(0.5), Backprop.REVERSIBLE, 0);

    @TempDir private Path folder;

    @Test
    void attemptsThatGoOnFromOthersLeaveTheMetricsOfAnUninterruptedRun() throws IOException {
        RunStore plain = RunStore.at(folder.resolve("plain"));
        worker(plain).work(event -> {}, () -> false);

        RunStore store = RunStore.at(folder.resolve("attempts"));
        stopAt(7, worker(store)); // a run that is no attempt
        List<Long> resumed = new ArrayList<>();
        stopAt(2, worker(store).asAttempt());
        boolean done =
                worker(store)
                        .asAttempt()
                        .work(
                                event -> {
                                    if (event instanceof TrainEvent.Resumed from) {
                                        resumed.add(from.step());
                                    }
                                },
                                () -> false);

        assertThat(done).isTrue();
        assertThat(resumed).hasSize(1).allMatch(step -> step >= 7, "the newest checkpoint of all");
        assertThat(folder.resolve("attempts/.attempts/" + CONFIG.id())).doesNotExist();
        for (String name : List.of("metrics.csv", "config.json", "samples.json")) {
            assertThat(store.finished(CONFIG.id()).resolve(name))
                    .hasSameBinaryContentAs(plain.finished(CONFIG.id()).resolve(name));
        }
        try (var files = Files.list(store.finished(CONFIG.id()))) {
            assertThat(files.map(f -> f.getFileName().toString()))
                    .anyMatch(name -> name.startsWith("checkpoint-"))
                    .anyMatch(name -> name.startsWith("best-"));
        }
    }

    @Test
    void anAttemptThatCannotBeginIsLeftOpenByNobody() throws IOException {
        RunStore store = RunStore.at(folder);
        stopAt(7, worker(store));
        Files.writeString(store.root().resolve(CONFIG.id()).resolve("metrics.csv"), "damaged");

        assertThatThrownBy(() -> worker(store).asAttempt().work(event -> {}, () -> false))
                .isInstanceOf(FileException.class)
                .hasMessageContaining("metrics.csv");
        try (var attempts = Files.list(store.root().resolve(".attempts").resolve(CONFIG.id()))) {
            assertThat(attempts.filter(begun -> Files.notExists(begun.resolve("manifest.json"))))
                    .hasSize(1)
                    .allMatch(begun -> Files.notExists(begun.resolve("lock.owner")));
        }
    }

    private RunWorker worker(RunStore store) {
        return new RunWorker(CONFIG, store, DataFolder.at(folder));
    }

    /** Stops a worker some steps after it has begun. */
    private static void stopAt(int steps, RunWorker worker) {
        var made = new AtomicLong();
        boolean done =
                worker.work(
                        event -> {
                            if (event instanceof TrainEvent.Step) {
                                made.incrementAndGet();
                            }
                        },
                        () -> made.get() >= steps);
        assertThat(done).isFalse();
    }
}
