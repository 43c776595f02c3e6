package org.bdia.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bdia.config.FileException;
import org.bdia.config.Json;
import org.bdia.config.RunConfig;
import org.bdia.config.TextFile;
import org.bdia.io.DurableFiles;
import org.bdia.io.StrictJson;

/**
 * A folder of finished runs, one small file {@code ID.json} each: what other people need to check a result, and what {@link
 * #restore} makes a finished run of, byte for byte. Samples, which quote the data, and weights are left out.
 */
public final class RunArchive {

    private static final String VARIABLE = "BDIA_ARCHIVE";
    private static final String END = ".json";
    private static final String UNKNOWN = "unknown";
    private static final DefaultIndenter LINES = new DefaultIndenter("  ", "\n");
    private static final ObjectWriter WRITER =
            StrictJson.MAPPER.writer(
                    new DefaultPrettyPrinter().withObjectIndenter(LINES).withArrayIndenter(LINES));

    private final Path folder;

    private RunArchive(Path folder) {
        this.folder = folder.toAbsolutePath().normalize();
    }

    /**
     * The content of a file.
     *
     * @param arithmetic the {@link Build#ARITHMETIC} that computed the run, which the manifests of the first runs lack
     * @param metrics the lines of metrics.csv
     * @param done the lines of DONE, checksums of the run's files
     */
    private record Archived(
            String arithmetic,
            JsonNode config,
            JsonNode manifest,
            List<String> metrics,
            List<String> done) {

        /**
         * Returns the run's files by name, DONE last.
         *
         * @throws FileException if one is not that of the checksums
         */
        Map<String, String> files(Path source) {
            Map<String, String> files = new LinkedHashMap<>();
            files.put(RunStore.METRICS, text(metrics));
            files.put(RunStore.MANIFEST, Json.pretty(manifest));
            String none = Json.pretty(new Samples(List.of()));
            if (done.contains(RunStore.checksum(RunStore.SAMPLES, none))) {
                files.put(RunStore.SAMPLES, none);
            }
            files.put(RunStore.CONFIG, Json.pretty(config));
            files.forEach(
                    (name, text) -> {
                        if (!done.contains(RunStore.checksum(name, text))) {
                            throw new FileException(
                                    source
                                            + ": its "
                                            + name
                                            + " differs from its checksum; bring the file back, or remove it and"
                                            + " archive the run again");
                        }
                    });
            files.put(RunStore.DONE, text(done));
            return files;
        }

        private static String text(List<String> lines) {
            return String.join("\n", lines) + "\n";
        }
    }

    /** The given folder, made when the first run is added. */
    public static RunArchive at(Path folder) {
        return new RunArchive(folder);
    }

    /** The folder that the environment variable BDIA_ARCHIVE names. */
    public static Optional<RunArchive> fromEnvironment() {
        String named = System.getenv().getOrDefault(VARIABLE, "").strip();
        return named.isEmpty() ? Optional.empty() : Optional.of(at(Path.of(named)));
    }

    /** The absolute path of the folder. */
    public Path folder() {
        return folder;
    }

    /** Returns the names of all archived runs, in alphabetical order. */
    public List<String> ids() {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(END))
                    .map(name -> name.substring(0, name.length() - END.length()))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new FileException(folder + ": cannot be listed (" + e + ")", e);
        }
    }

    /**
     * Archives a finished run.
     *
     * @param store holds the run
     * @param id the run's name, the hash of its configuration
     * @param arithmetic the version of a run whose manifest names none, by the word of whoever knows
     * @return whether it was not archived before
     * @throws FileException if the run is not finished or is damaged; if its numbers could not be checked by others: on synthetic
     *     data, by an unknown or changed commit, by another arithmetic than today's; or if other numbers are archived
     */
    public boolean add(RunStore store, String id, Optional<String> arithmetic) {
        RunRecord run = store.read(id);
        Path source = store.finished(id);
        Archived archived =
                new Archived(
                        arithmetic(run, arithmetic),
                        run.config(),
                        run.manifest(),
                        lines(source.resolve(RunStore.METRICS)),
                        lines(source.resolve(RunStore.DONE)));
        Path file = file(id);
        if (Files.exists(file)) {
            requireSame(file, archived);
            return false;
        }
        requireReproducible(run, archived.arithmetic);
        archived.files(source);
        try {
            DurableFiles.makeFolder(folder);
            TextFile.write(file, WRITER.writeValueAsString(archived) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("cannot be written as JSON: " + archived, e);
        } catch (IOException e) {
            throw new FileException(folder + ": cannot be made (" + e + ")", e);
        }
        return true;
    }

    /**
     * Makes an archived run a finished one again, without samples and weights.
     *
     * @param id the run's name
     * @param store gets the run, unless it has one of the name, finished or not
     * @return whether the run was made; not if it is not archived, or is of another arithmetic than today's
     * @throws FileException if the file is damaged, or the store cannot be written to
     */
    public boolean restore(String id, RunStore store) {
        if (!Files.exists(file(id)) || Files.exists(store.folder(id).resolve(RunStore.CONFIG))) {
            return false;
        }
        Archived archived = Json.read(file(id), Archived.class);
        Map<String, String> files = archived.files(file(id));
        requireId(id, archived.config);
        if (!archived.arithmetic.equals(Build.ARITHMETIC)) {
            return false;
        }
        return write(files, new Attempts(store.root(), id));
    }

    /** Writes the files in an attempt's folder, which becomes the run's whole, unless another process is at the run, or finishes it. */
    private static boolean write(Map<String, String> files, Attempts attempts) {
        try {
            Path attempt = attempts.begin();
            files.forEach((name, text) -> TextFile.write(attempt.resolve(name), text));
            return attempts.publish();
        } catch (RunBusyException e) {
            return false;
        } catch (FileException e) {
            if (attempts.isPublished()) {
                return false;
            }
            throw e;
        }
    }

    private Path file(String id) {
        return folder.resolve(id + END);
    }

    private static List<String> lines(Path file) {
        return TextFile.exact(file).lines().toList();
    }

    private static String arithmetic(RunRecord run, Optional<String> said) {
        JsonNode written = run.manifest().path(Json.ARITHMETIC);
        return written.isTextual() ? written.asText() : said.orElse(UNKNOWN);
    }

    private static void requireSame(Path file, Archived now) {
        if (!Json.read(file, Archived.class).metrics.equals(now.metrics)) {
            throw new FileException(
                    file
                            + ": the archived run has other metrics than the finished one; remove the file to archive the new"
                            + " ones, if they are right");
        }
    }

    private static void requireReproducible(RunRecord run, String arithmetic) {
        requireId(run.id(), run.config());
        if (run.data().synthetic()) {
            throw refused(run, "was trained on synthetic data, which show nothing");
        }
        String commit = run.manifest().path("commit").asText();
        if (commit.contains(UNKNOWN) || commit.contains("-dirty")) {
            throw refused(
                    run, "was computed by commit '" + commit + "', which nobody can check out");
        }
        if (arithmetic.equals(UNKNOWN)) {
            throw refused(
                    run,
                    "does not say which arithmetic computed it; if commit "
                            + commit
                            + " computes the bits of arithmetic "
                            + Build.ARITHMETIC
                            + ", say so when archiving it");
        }
        if (!arithmetic.equals(Build.ARITHMETIC)) {
            throw refused(
                    run,
                    "was computed by arithmetic "
                            + arithmetic
                            + ", but this toolkit's is "
                            + Build.ARITHMETIC
                            + "; train it again");
        }
    }

    private static void requireId(String id, JsonNode config) {
        String hash =
                Json.parse(config.toString(), RunConfig.class, "configuration of run " + id).id();
        if (!hash.equals(id)) {
            throw new FileException(
                    "run "
                            + id
                            + ": its name is not the hash of its configuration, "
                            + hash
                            + "; no experiment would find it");
        }
    }

    private static FileException refused(RunRecord run, String reason) {
        return new FileException("run " + run.id() + ": it " + reason);
    }
}
