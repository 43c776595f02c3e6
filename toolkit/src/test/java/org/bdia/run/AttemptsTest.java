package org.bdia.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.data.Provenance;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AttemptsTest {

    private static final String CONFIG = Json.canonical(Method.bdia(0.5));
    private static final String ID = "0123456789ab";
    private static final Manifest MANIFEST =
            Manifest.begin(
                    "cpu()",
                    "engine 1",
                    new Provenance("set", "files", false, "00"),
                    Instant.EPOCH);

    @TempDir private Path root;
    private RunStore store;

    @BeforeEach
    void open() {
        store = RunStore.at(root);
    }

    @RepeatedTest(10)
    void ofSeveralAttemptsThatEndAtOnceExactlyOneIsPublished() throws Exception {
        int attempts = 4;
        List<Run> runs = new ArrayList<>();
        for (int i = 0; i < attempts; i++) {
            runs.add(written(i));
        }
        var start = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(attempts);
        List<Future<?>> ends = new ArrayList<>();
        for (Run run : runs) {
            ends.add(
                    threads.submit(
                            () -> {
                                start.await();
                                run.close();
                                return null;
                            }));
        }
        start.countDown();
        for (Future<?> end : ends) {
            end.get();
        }
        threads.shutdown();
        assertThat(store.read(ID).metrics())
                .containsAnyOf(row(0), row(1), row(2), row(3))
                .hasSize(1);
        assertThat(root.resolve(".attempts").resolve(ID)).doesNotExist();
        assertThat(store.ids()).containsExactly(ID);
    }

    @Test
    void anAttemptThatWakesUpLaterChangesNothingPublished() throws IOException {
        Run stopped = store.openAttempt(ID, CONFIG);
        stopped.append(List.of(row(1)));
        written(2).close();
        Map<String, String> published = files();

        assertThatThrownBy(() -> stopped.append(List.of(row(1))))
                .as("its folder is gone, and no other is made")
                .hasMessageContaining(".attempts");
        Files.createDirectories(stopped.folder().resolve("checkpoint-2")); // as its last one would
        stopped.close();
        assertThat(root.resolve(".attempts").resolve(ID)).doesNotExist();
        assertThat(files()).isEqualTo(published);
        assertThat(store.read(ID).metrics()).containsExactly(row(2));
    }

    @Test
    void anAttemptThatEndsAfterAnotherWasPublishedChangesNothing() throws IOException {
        Run late = written(1);
        Path folder = late.folder();
        Path kept = Files.createDirectories(root.resolve("kept"));
        Files.move(folder, kept.resolve("late")); // out of reach of the other's clean-up
        written(2).close();
        Map<String, String> published = files();
        Files.createDirectories(folder.getParent());
        Files.move(kept.resolve("late"), folder);
        late.close();
        assertThat(files()).isEqualTo(published);
    }

    @Test
    void anAttemptAtAFinishedRunIsRefusedAndChangesNothing() throws IOException {
        written(1).close();
        Map<String, String> published = files();
        assertThatThrownBy(() -> store.openAttempt(ID, CONFIG)).hasMessageContaining("is finished");
        assertThat(files()).isEqualTo(published);
    }

    @Test
    void aFinishedAttemptWhoseProcessDiedIsPublishedByTheNext() {
        written(1); // and never closed
        assertThat(store.isDone(ID)).isFalse();
        assertThat(store.publish(ID)).isTrue();
        assertThat(store.read(ID).metrics()).containsExactly(row(1));
    }

    @Test
    void anUnfinishedRunBecomesAnAttemptAndAnOpenOneIsWaitedFor() {
        Run plain = store.open(ID, CONFIG);
        plain.append(List.of(row(7)));
        plain.describe(MANIFEST);
        assertThatThrownBy(() -> store.openAttempt(ID, CONFIG))
                .isInstanceOf(RunBusyException.class);
        plain.close();
        try (Run attempt = store.openAttempt(ID, CONFIG)) {
            assertThat(attempt.earlier()).hasSize(1);
            attempt.adopt(attempt.earlier().get(0));
            assertThat(attempt.lastStep()).isEqualTo(7);
            attempt.finish(MANIFEST, Map.of(), List.of());
        }
        assertThat(store.read(ID).metrics()).containsExactly(row(7));
    }

    @Test
    void aRunBegunMeanwhileWithoutAttemptsIsReplacedOnceNobodyWritesIt() {
        Run attempt = written(1);
        Run plain = store.open(ID, CONFIG);
        assertThatThrownBy(attempt::close).isInstanceOf(RunBusyException.class);
        assertThat(store.isDone(ID)).isFalse();
        plain.close();
        assertThat(store.publish(ID)).isTrue();
        assertThat(store.read(ID).metrics()).containsExactly(row(1));
    }

    @Test
    void aNameThatCannotBeTakenIsAFailureAndNothingToWaitFor() throws IOException {
        Run attempt = written(1);
        Files.createFile(root.resolve(ID));
        assertThatThrownBy(attempt::close)
                .isInstanceOf(FileException.class)
                .isNotInstanceOf(RunBusyException.class)
                .hasMessageContaining(root.resolve(ID).toString());
    }

    private Run written(int step) {
        Run run = store.openAttempt(ID, CONFIG);
        run.append(List.of(row(step)));
        run.finish(MANIFEST, Map.of(), List.of());
        return run;
    }

    private static MetricRow row(int step) {
        return new MetricRow(step, 0, "train", "loss", 1);
    }

    private Map<String, String> files() throws IOException {
        Map<String, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(root.resolve(ID))) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                files.put(
                        file.toString(), Files.readString(file) + Files.getLastModifiedTime(file));
            }
        }
        return files;
    }
}
