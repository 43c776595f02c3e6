package org.bdia.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.TextFile;
import org.bdia.io.DurableFiles;
import org.bdia.io.Sha256;

/**
 * The folder of all runs, one folder each: {@code config.json}, {@code manifest.json}, {@code metrics.csv},
 * {@code lock}, and, once the run is finished, {@code samples.json} and {@code DONE}.
 */
public final class RunStore {
    static final String CONFIG = "config.json";
    static final String MANIFEST = "manifest.json";
    static final String METRICS = "metrics.csv";
    static final String SAMPLES = "samples.json";
    static final String DONE = "DONE";

    private static final String VARIABLE = "BDIA_RUNS";
    private static final String ID = "[A-Za-z0-9][A-Za-z0-9._+-]*";

    private final Path root;

    private RunStore(Path root) {
        this.root = root;
    }

    /** The folder that the environment variable BDIA_RUNS names, else {@code runs}. */
    public static RunStore fromEnvironment() {
        return from(System.getenv());
    }

    /** The given folder, made when the first run is opened. */
    public static RunStore at(Path root) {
        return new RunStore(root.toAbsolutePath().normalize());
    }

    static RunStore from(Map<String, String> environment) {
        var named = environment.getOrDefault(VARIABLE, "");
        return at(Path.of(named.isBlank() ? "runs" : named));
    }

    /** The absolute path of the folder of all runs. */
    public Path root() {
        return root;
    }

    /**
     * Opens a run for writing, new or to be resumed, and locks its folder.
     *
     * @param id the run's name, see {@link org.bdia.config.RunConfig#id}
     * @param canonicalJson the run's whole configuration, see {@link Json#canonical}
     * @throws IllegalArgumentException if the id is not a plain file name
     * @throws RunBusyException if the run is open elsewhere
     * @throws FileException if the run is finished, has another configuration, or its files are damaged
     */
    public Run open(String id, String canonicalJson) {
        return open(id, folder(id), canonicalJson);
    }

    /**
     * Opens a new attempt at a run, in a folder of its own, for processes on a cluster: one of them may be believed dead and go on
     * later. {@link Run#close} publishes a finished attempt, unless another one was faster. The other attempts at the run, from
     * which this one may go on, are {@link Run#earlier}.
     *
     * @param id the run's name
     * @param canonicalJson the run's whole configuration
     * @throws RunBusyException if the run is open in a process that makes no attempts
     * @throws FileException if the folder cannot be written to
     */
    public Run openAttempt(String id, String canonicalJson) {
        return open(
                id, new Attempts(root, folder(id).getFileName().toString()).begin(), canonicalJson);
    }

    /**
     * Publishes an attempt at the run that is finished, if there is one.
     *
     * @return whether the run is finished
     * @throws RunBusyException if a process that makes no attempts is writing the run
     */
    public boolean publish(String id) {
        return new Attempts(root, id).publish();
    }

    private Run open(String id, Path folder, String canonicalJson) {
        var config = Json.tree(canonicalJson, "configuration of run " + id);
        try {
            DurableFiles.makeFolder(folder);
        } catch (IOException e) {
            throw new FileException(folder + ": cannot be made (" + e + "); check " + VARIABLE, e);
        }
        var lock = RunLock.take(folder);
        try {
            if (Files.exists(folder.resolve(DONE))) {
                throw new FileException(
                        folder
                                + ": the run is finished; read it, or remove its folder to run it again");
            }
            var file = folder.resolve(CONFIG);
            if (!Files.exists(file)) {
                TextFile.write(file, Json.pretty(config));
            } else if (!Json.canonical(Json.tree(file)).equals(Json.canonical(config))) {
                throw new FileException(
                        file
                                + ": expected the configuration "
                                + Json.canonical(config)
                                + ", found "
                                + Json.canonical(Json.tree(file))
                                + "; remove the folder, or use another id");
            }
            return new Run(folder, lock, new Attempts(root, id));
        } catch (RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Whether the run is finished. */
    public boolean isDone(String id) {
        return Files.exists(folder(id).resolve(DONE));
    }

    /** Returns in words which process has the run open, or left it so. */
    public String holder(String id) {
        return RunLock.holder(folder(id));
    }

    /**
     * The folder of a finished run, for what the run has left there beside its records.
     *
     * @throws FileException if the run is not finished
     */
    public Path finished(String id) {
        var folder = folder(id);
        if (!isDone(id)) {
            throw new FileException(
                    folder
                            + ": expected a finished run, but there is no "
                            + DONE
                            + "; run or resume it first");
        }
        return folder;
    }

    /**
     * Reads a finished run; one restored from a {@link RunArchive} may have no samples.
     *
     * @throws FileException if the run is not finished, or a file is missing, damaged or changed since
     */
    public RunRecord read(String id) {
        var folder = finished(id);
        var expected = TextFile.read(folder.resolve(DONE)).lines().toList();
        var found = checksums(folder).lines().toList();
        for (var line : found) {
            if (!expected.contains(line)) {
                throw new FileException(
                        folder.resolve(line.substring(66))
                                + ": differs from its checksum in "
                                + DONE
                                + "; remove the run's folder and run it again");
            }
        }
        return new RunRecord(
                id,
                Json.tree(folder.resolve(CONFIG)),
                Json.tree(folder.resolve(MANIFEST)),
                MetricsFile.read(folder.resolve(METRICS)),
                Files.exists(folder.resolve(SAMPLES))
                        ? Optional.of(Json.read(folder.resolve(SAMPLES), Samples.class).samples())
                        : Optional.empty());
    }

    /**
     * Returns a run as far as it has come, without samples; empty until it has begun to train. Another process may be writing
     * it.
     *
     * @throws FileException if a file is damaged
     */
    public Optional<RunRecord> soFar(String id) {
        var folder = folder(id);
        if (Files.notExists(folder.resolve(MANIFEST)) || Files.notExists(folder.resolve(METRICS))) {
            return Optional.empty();
        }
        return Optional.of(
                new RunRecord(
                        id,
                        Json.tree(folder.resolve(CONFIG)),
                        Json.tree(folder.resolve(MANIFEST)),
                        MetricsFile.recover(folder.resolve(METRICS)),
                        Optional.empty()));
    }

    /** The names of all runs, finished or not, in alphabetical order; a folder that cannot be a run's, such as a copy, is none. */
    public List<String> ids() {
        if (!Files.isDirectory(root)) {
            return List.of();
        }
        try (var folders = Files.list(root)) {
            return folders.filter(folder -> Files.exists(folder.resolve(CONFIG)))
                    .map(folder -> folder.getFileName().toString())
                    .filter(id -> id.matches(ID))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new FileException(root + ": cannot be listed (" + e + "); check " + VARIABLE, e);
        }
    }

    /** The content of DONE, as sha256sum writes and checks it. */
    static String checksums(Path folder) {
        return Stream.of(CONFIG, MANIFEST, METRICS, SAMPLES)
                .filter(name -> !name.equals(SAMPLES) || Files.exists(folder.resolve(name)))
                .map(name -> checksum(name, TextFile.exact(folder.resolve(name))) + "\n")
                .collect(Collectors.joining());
    }

    /** A line of DONE. */
    static String checksum(String name, String text) {
        return Sha256.of(text) + "  " + name;
    }

    Path folder(String id) {
        if (!id.matches(ID)) {
            throw new IllegalArgumentException(
                    "a run's id must be letters, digits and . _ + -, but is '" + id + "'");
        }
        return root.resolve(id);
    }
}
