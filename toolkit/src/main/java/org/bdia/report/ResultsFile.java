package org.bdia.report;

import com.fasterxml.jackson.annotation.JacksonInject;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.OptBoolean;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bdia.data.DataException;
import org.bdia.data.Provenance;
import org.bdia.data.Utf8;
import org.bdia.io.DurableFiles;
import org.bdia.io.Sha256;
import org.bdia.io.StrictJson;

/**
 * The content of {@code results.json}: what a notebook measured, on what, and which claims it bears out.
 *
 * <p>JSON has no NaN and no infinities: a value that is not finite is written as one of the strings
 * {@code "NaN"}, {@code "Infinity"} and {@code "-Infinity"}, and read back from it.
 *
 * @param notebook the notebook's name, for example {@code 02-cifar}
 * @param profile the profile it ran under
 * @param data the data it used, at least one
 * @param hardware the machine it ran on
 * @param results the rows
 * @param claims the statements checked against the rows, empty before the check
 */
record ResultsFile(
        String notebook,
        Profile profile,
        List<Provenance> data,
        String hardware,
        List<Result> results,
        List<Claim> claims) {

    /** The file's name in a report's folder. */
    static final String NAME = "results.json";

    static final String SEEN = "seen";
    static final String NOT_SEEN = "not seen";
    static final String OPPOSITE = "opposite";
    private static final Set<String> VERDICTS = Set.of("", SEEN, NOT_SEEN, OPPOSITE);
    private static final String VERDICT = "verdict";
    private static final ObjectReader READER =
            StrictJson.MAPPER.reader(new InjectableValues.Std().addValue(VERDICT, ""));

    /**
     * A statement about the results, and what became of it.
     *
     * @param id its name, unique in its file and profile
     * @param expected the statement, in the language of {@link Claims}
     * @param found the numbers on both sides, or why there are none
     * @param holds whether the statement is true
     * @param verdict of a claim of the paper {@code seen}, {@code not seen} or {@code opposite}; empty for a guard, and for a
     *     claim of the paper that could not be evaluated
     */
    record Claim(
            String id,
            String expected,
            String found,
            boolean holds,
            @JacksonInject(value = VERDICT, useInput = OptBoolean.TRUE)
                    @JsonInclude(JsonInclude.Include.NON_EMPTY)
                    String verdict) {

        Claim {
            if (!VERDICTS.contains(verdict)) {
                throw new IllegalArgumentException(
                        "claim '"
                                + id
                                + "': a verdict is one of "
                                + VERDICTS
                                + ", found "
                                + verdict);
            }
        }

        /** A guard. */
        Claim(String id, String expected, String found, boolean holds) {
            this(id, expected, found, holds, "");
        }

        /** Returns whether CI must fail: a guard does not hold, or nothing could be evaluated. */
        boolean fails() {
            return !holds && verdict.isEmpty();
        }
    }

    ResultsFile {
        data = List.copyOf(data);
        results = List.copyOf(results);
        claims = List.copyOf(claims);
    }

    /** Returns the same file with other claims. */
    ResultsFile withClaims(List<Claim> newClaims) {
        return new ResultsFile(notebook, profile, data, hardware, results, newClaims);
    }

    /**
     * Reads a file that {@link #write} wrote.
     *
     * @throws IOException if the file is missing or a folder, or is not whole: unknown, missing or impossible entries
     * @throws DataException if the file is not UTF-8
     */
    static ResultsFile read(Path file) throws IOException {
        String text = Utf8.read(file, "the results file that a notebook writes");
        try {
            JsonNode root = StrictJson.MAPPER.readTree(text);
            return new ResultsFile(
                    text(root, "notebook"),
                    Profile.of(text(root, "profile")),
                    provenances(require(root, "data")),
                    text(root, "hardware"),
                    list(root, "results", Result.class),
                    list(root, "claims", Claim.class));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException(
                    file + " is not a results file: " + e.getMessage() + "; run its notebook again",
                    e);
        }
    }

    /** Writes the file atomically. */
    void write(Path file) throws IOException {
        ObjectNode root = StrictJson.MAPPER.createObjectNode();
        root.put("notebook", notebook).put("profile", profile.label());
        root.set("data", StrictJson.MAPPER.valueToTree(merged(data)));
        if (data.size() > 1) {
            root.withObject("/data").set("sources", StrictJson.MAPPER.valueToTree(data));
        }
        root.put("hardware", hardware);
        root.set("results", StrictJson.MAPPER.valueToTree(results));
        root.set("claims", StrictJson.MAPPER.valueToTree(claims));
        String text = StrictJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root);
        DurableFiles.makeFolder(file.toAbsolutePath().getParent());
        DurableFiles.replace(file, text + "\n");
    }

    /** Several corpora as one: synthetic if any is, the hash of all their hashes. */
    private static Provenance merged(List<Provenance> data) {
        if (data.size() == 1) {
            return data.get(0);
        }
        return new Provenance(
                join(data, Provenance::name),
                join(data, Provenance::source),
                data.stream().anyMatch(Provenance::synthetic),
                Sha256.of(data.stream().map(Provenance::sha256).collect(Collectors.joining("\n"))));
    }

    private static String join(List<Provenance> data, Function<Provenance, String> part) {
        return data.stream().map(part).collect(Collectors.joining("; "));
    }

    private static List<Provenance> provenances(JsonNode data) throws JsonProcessingException {
        if (data.has("sources")) {
            return list(data, "sources", Provenance.class);
        }
        return List.of(StrictJson.MAPPER.treeToValue(data, Provenance.class));
    }

    private static <T> List<T> list(JsonNode parent, String key, Class<T> type)
            throws JsonProcessingException {
        List<T> items = new ArrayList<>();
        for (JsonNode item : require(parent, key)) {
            items.add(READER.treeToValue(item, type));
        }
        return items;
    }

    private static String text(JsonNode parent, String key) {
        return require(parent, key).asText();
    }

    private static JsonNode require(JsonNode parent, String key) {
        if (!parent.has(key)) {
            throw new IllegalArgumentException("it has no \"" + key + "\"");
        }
        return parent.get(key);
    }
}
