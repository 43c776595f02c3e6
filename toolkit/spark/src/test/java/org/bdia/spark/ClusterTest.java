package org.bdia.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.bdia.run.RunStore;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sweeps on a master and workers that are child JVMs, some of which are killed or stopped. */
@Tag("cluster")
@Timeout(1800)
class ClusterTest {

    private static final int MINUTES = 15;

    @TempDir private Path folder;
    private Path runs;
    private final List<String> said = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void name() {
        runs = folder.resolve("runs");
    }

    @Test
    void killedWorkersExecutorsAndDriversCostNoRunAndChangeNoMetric() throws Exception {
        String sweep = sweep(8);
        try (var cluster = new LocalCluster(folder)) {
            Process first = cluster.worker();
            Process second = cluster.worker();
            Process stopped = cluster.sweep(said, "--runs", runs.toString(), sweep);
            cluster.executing(first);
            LocalCluster.signal("KILL", cluster.executing(second).get(0));
            cluster.await(said, line -> line.startsWith("finished"));
            cluster.executing(first);
            LocalCluster.signal("KILL", first.toHandle());
            cluster.worker();
            long ended = count("finished");
            cluster.await(said, line -> count("finished") > ended);
            stopped.toHandle().destroy();
            assertThat(stopped.waitFor(2, TimeUnit.MINUTES)).isTrue();
            assertThat(said).anyMatch(line -> line.contains("the same command resumes"));
            assertThat(count("FAILED")).as(() -> String.join("\n", said)).isZero();

            said.clear();
            Process again = cluster.sweep(said, "--runs", runs.toString(), sweep);
            assertThat(again.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(said).anyMatch(line -> line.startsWith("8 of 8 finished"));

            said.clear();
            Process third = cluster.sweep(said, "--runs", runs.toString(), sweep);
            assertThat(third.waitFor()).isZero();
            assertThat(said).contains("8 runs, 0 to do");

            List<String> arguments =
                    List.of("sweep", "--runs", folder.resolve("local").toString(), sweep);
            Process local = cluster.bdia(new ArrayList<>(), arguments);
            assertThat(local.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
        }
        assertThat(metrics(runs)).hasSize(8).isEqualTo(metrics(folder.resolve("local")));
    }

    @Test
    void aZombieThatWakesUpChangesNothingPublished() throws Exception {
        String sweep = sweep(1);
        try (var cluster = new LocalCluster(folder)) {
            Process worker = cluster.worker();
            Process running = cluster.sweep(said, "--runs", runs.toString(), sweep);
            List<ProcessHandle> zombies = cluster.executing(worker);
            cluster.await(said, line -> line.startsWith("started"));
            awaitAttempt();
            for (ProcessHandle zombie : zombies) {
                LocalCluster.signal("STOP", zombie);
            }
            cluster.worker(); // once the executor's heartbeats are missed, the run goes on here
            assertThat(running.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(said).anyMatch(line -> line.startsWith("1 of 1 finished"));
            Map<Path, String> published = files();

            for (ProcessHandle zombie : zombies) {
                LocalCluster.signal("CONT", zombie);
            }
            assertThat(zombies.get(1).onExit().get(3, TimeUnit.MINUTES).isAlive()).isFalse();
            assertThat(files()).isEqualTo(published);
        }
    }

    @Test
    void aFolderThatIsNotSharedIsRefusedAndAHostWithoutTheToolkitCostsNoRun() throws Exception {
        Assumptions.assumeTrue(
                new ProcessBuilder("unshare", "-m", "true").start().waitFor() == 0,
                "needs the right to hide folders from a process");
        String sweep = sweep(2);
        Path toolkit = Files.createDirectory(folder.resolve("toolkit"));
        String hidden = "mount -t tmpfs none '%s' && exec \"$@\"";
        Path marker = Files.createFile(toolkit.resolve("marker"));
        String classPath = marker + ":" + System.getProperty("java.class.path");
        String[] arguments = {"--runs", runs.toString(), "--toolkit", classPath, sweep};
        Files.createDirectories(runs);
        try (var cluster = new LocalCluster(folder)) {
            cluster.worker(
                    "unshare", "-m", "sh", "-c", hidden.replace("%s", runs.toString()), "sh");
            Process refused = cluster.sweep(said, arguments);
            assertThat(refused.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(said)
                    .anyMatch(line -> line.contains("does not share the folder of the runs"));

            said.clear();
            cluster.worker(
                    "unshare", "-m", "sh", "-c", hidden.replace("%s", toolkit.toString()), "sh");
            cluster.worker();
            Process done = cluster.sweep(said, arguments);
            assertThat(done.waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
            assertThat(said)
                    .anyMatch(line -> line.contains("lacks 1 entries"))
                    .anyMatch(line -> line.startsWith("2 of 2 finished"));
        }
    }

    private String sweep(int seeds) throws IOException {
        List<Integer> all = Stream.iterate(0, i -> i + 1).limit(seeds).toList();
        Path file = folder.resolve("sweep.json");
        Files.writeString(
                file,
                "{\"profile\": \"smoke\", \"grids\": [{\"task\": [\"cifar10\"], \"seed\": "
                        + all
                        + "}]}");
        return file.toString();
    }

    private long count(String word) {
        synchronized (said) {
            return said.stream().filter(line -> line.startsWith(word)).count();
        }
    }

    /** Waits until an attempt has written a checkpoint. */
    private void awaitAttempt() throws Exception {
        for (int i = 0; i < 3000; i++) {
            try (Stream<Path> files = Files.walk(runs.resolve(".attempts"), 3)) {
                if (files.anyMatch(f -> f.getFileName().toString().startsWith("checkpoint-"))) {
                    return;
                }
            } catch (IOException | java.io.UncheckedIOException e) {
                // Not begun, or a temporary file is just being moved.
            }
            Thread.sleep(100);
        }
        throw new AssertionError("no attempt has written a checkpoint");
    }

    private static Map<String, String> metrics(Path runs) throws IOException {
        RunStore store = RunStore.at(runs);
        Map<String, String> metrics = new TreeMap<>();
        for (String id : store.ids()) {
            metrics.put(id, Files.readString(store.finished(id).resolve("metrics.csv")));
        }
        return metrics;
    }

    private Map<Path, String> files() throws IOException {
        Map<Path, String> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(runs)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                if (!file.toString().contains(".attempts")) {
                    files.put(file, Files.getLastModifiedTime(file) + " " + Files.size(file));
                }
            }
        }
        return files;
    }
}
