package org.bdia.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.TextFile;
import org.bdia.io.Uninterrupted;

/**
 * A run that is being written: its folder, locked until {@link #close}.
 *
 * <p>Order of calls: {@link #resumeAfter} where the training starts, {@link #append} as it goes, at the end
 * {@link #finish}. Not for use by several threads at once.
 */
public final class Run implements AutoCloseable {
    private static final String TEST = "test";

    private final Path folder;
    private final RunLock lock;
    private final Attempts attempts;
    private long lastStep;
    private boolean finished;

    Run(Path folder, RunLock lock, Attempts attempts) {
        this.folder = folder;
        this.lock = lock;
        this.attempts = attempts;
        var metrics = metrics();
        if (Files.exists(metrics)) {
            keep(MetricsFile.recover(metrics));
        } else {
            keep(List.of());
        }
    }

    /** The run's folder, where checkpoints go too. */
    public Path folder() {
        return folder;
    }

    /** Returns the folders of the other attempts at the run that have begun to train; their processes may be alive. */
    public List<Path> earlier() {
        return attempts.all().stream()
                .filter(other -> !other.equals(folder))
                .filter(other -> Files.exists(other.resolve(RunStore.MANIFEST)))
                .toList();
    }

    /**
     * Copies manifest and metrics of another attempt, from one of whose checkpoints this one goes on.
     *
     * @param other one of {@link #earlier}
     * @throws FileException if a file is missing or damaged
     */
    public void adopt(Path other) {
        keep(MetricsFile.recover(other.resolve(RunStore.METRICS)));
        // Last, since it makes this attempt one that others may go on from.
        TextFile.write(
                folder.resolve(RunStore.MANIFEST), TextFile.read(other.resolve(RunStore.MANIFEST)));
    }

    /** The step of the last metric, 0 before the first. */
    public long lastStep() {
        return lastStep;
    }

    /**
     * Drops the metrics of later steps than a checkpoint's, so that the resumed run writes them again and its
     * file equals that of a run never interrupted.
     *
     * @param step the last step to keep; −1 drops all
     */
    public void resumeAfter(long step) {
        requireUnfinished();
        keep(MetricsFile.recover(metrics()).stream().filter(row -> row.step() <= step).toList());
    }

    /**
     * Appends metrics, all in one write.
     *
     * @param rows in order of their steps
     * @throws IllegalArgumentException if a step is smaller than one before it, as when {@link #resumeAfter}
     *     was forgotten
     * @throws FileException if the run is finished or the file cannot be written
     */
    public void append(List<MetricRow> rows) {
        requireUnfinished();
        long last = lastStep;
        for (var row : rows) {
            if (row.step() < last) {
                throw new IllegalArgumentException(
                        metrics()
                                + ": has step "
                                + last
                                + ", so step "
                                + row.step()
                                + " cannot follow; call resumeAfter first");
            }
            last = row.step();
        }
        MetricsFile.append(metrics(), rows);
        lastStep = last;
    }

    /**
     * Writes the manifest of a session that begins now, its hours added to those of earlier sessions.
     *
     * @return the manifest as it was written
     * @throws FileException if the run is finished, the earlier manifest is damaged, or it names other data
     */
    public Manifest begin(Manifest session) {
        var file = folder.resolve(RunStore.MANIFEST);
        if (!Files.exists(file)) {
            describe(session);
            return session;
        }
        var earlier = Json.read(file, Manifest.class);
        if (!earlier.data().equals(session.data())) {
            throw new FileException(
                    file
                            + ": the run was begun on "
                            + earlier.data()
                            + ", but goes on with "
                            + session.data()
                            + "; bring the data back, or remove the run's folder");
        }
        var manifest = session.resuming(earlier);
        describe(manifest);
        return manifest;
    }

    /**
     * Writes manifest.json, replacing an earlier one.
     *
     * @throws FileException if the run is finished or the file cannot be written
     */
    public void describe(Manifest manifest) {
        requireUnfinished();
        TextFile.write(folder.resolve(RunStore.MANIFEST), Json.pretty(manifest));
    }

    /**
     * Writes what was measured at the end, the manifest and then, last of all, DONE with the checksums of all that
     * {@link RunStore#read} returns.
     *
     * @param scores metrics on the test data, measured after the last step; they replace those of a session that did
     *     not come as far as DONE
     * @param samples outputs to be read
     * @throws FileException if the run is finished already or a file cannot be written
     */
    public void finish(Manifest manifest, Map<String, Double> scores, List<Sample> samples) {
        describe(manifest);
        var rows = new ArrayList<>(MetricsFile.read(metrics()));
        if (!scores.isEmpty() && !rows.isEmpty()) {
            var last = rows.get(rows.size() - 1);
            rows.removeIf(row -> row.split().equals(TEST) && scores.containsKey(row.metric()));
            new TreeMap<>(scores)
                    .forEach(
                            (metric, value) ->
                                    rows.add(
                                            new MetricRow(
                                                    last.step(),
                                                    last.epoch(),
                                                    TEST,
                                                    metric,
                                                    value)));
        }
        TextFile.write(folder.resolve(RunStore.SAMPLES), Json.pretty(new Samples(samples)));
        // Rewritten whole and synced: DONE must not outlive the rows it vouches for.
        keep(rows);
        TextFile.write(folder.resolve(RunStore.DONE), RunStore.checksums(folder));
        finished = true;
    }

    /**
     * Releases the folder's lock and publishes a finished attempt; a second call does nothing.
     *
     * @throws RunBusyException if the attempt is finished, but a process that makes no attempts is writing the run
     */
    @Override
    public void close() {
        lock.close();
        // A process that was believed dead may have made its folder anew, though the run is
        // finished.
        if (finished || attempts.isPublished()) {
            Uninterrupted.run(attempts::publish);
        }
    }

    private void keep(List<MetricRow> rows) {
        MetricsFile.write(metrics(), rows);
        lastStep = rows.isEmpty() ? 0 : rows.get(rows.size() - 1).step();
    }

    private Path metrics() {
        return folder.resolve(RunStore.METRICS);
    }

    private void requireUnfinished() {
        if (finished) {
            throw new FileException(folder + ": the run is finished; nothing may be added to it");
        }
    }
}
