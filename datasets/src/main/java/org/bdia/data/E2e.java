package org.bdia.data;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * The E2E NLG challenge's restaurants: meaning representations with sentences for them, in the csv files of release 1.0.0
 * with the columns {@code mr} and {@code ref}; or a user's own completions of prompts.
 *
 * @see <a href="https://arxiv.org/abs/1706.09254">Novikova, Dušek, Rieser, 2017</a>
 */
public final class E2e {

    private static final String TRAIN = "e2e-nlg/trainset.csv";
    private static final String VALIDATION = "e2e-nlg/devset.csv";
    private static final String TEST = "e2e-nlg/testset_w_refs.csv";
    private static final int LIMIT = 1 << 27;
    private static final List<String> COLUMNS = List.of("mr", "ref");
    private static final List<String> OWN_COLUMNS = List.of("prompt", "completion");

    /** The most characters of bad fields in a message. */
    private static final int SHOWN = 80;

    private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");

    private E2e() {}

    /** One file's entries, and the file's checksum. */
    private record File(List<E2eEntry> entries, String sha256) {}

    /** Returns whether the data folder has the three files. */
    public static boolean isIn(DataFolder folder) {
        return folder.has(TRAIN) && folder.has(VALIDATION) && folder.has(TEST);
    }

    /**
     * Reads samples of the published parts, chosen by the seed, in the files' order.
     *
     * @param train training sentences, or {@link Parts#ALL}; each is one entry
     * @param validation meaning representations with all their sentences, or ALL
     * @param test meaning representations with all their sentences, or ALL
     * @throws IllegalArgumentException if a number is out of range
     * @throws DataException if a file is missing or damaged, lacks a column, or has fewer entries
     */
    public static E2eSplit load(
            DataFolder folder, int train, int validation, int test, long splitSeed) {
        if (Math.min(validation, test) < Parts.ALL || train < Parts.ALL || train == 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "train must be at least 1 entry, validation and test 0 or more, or Parts.ALL (-1),"
                                    + " but they are %d, %d and %d",
                            train,
                            validation,
                            test));
        }
        File trainFile = read(folder, TRAIN);
        File validationFile = read(folder, VALIDATION);
        File testFile = read(folder, TEST);
        List<E2eEntry> trainPart =
                sample(folder.locate(TRAIN), trainFile.entries(), train, splitSeed);
        List<E2eEntry> validationPart =
                sample(
                        folder.locate(VALIDATION),
                        grouped(validationFile.entries()),
                        validation,
                        splitSeed);
        List<E2eEntry> testPart =
                sample(folder.locate(TEST), grouped(testFile.entries()), test, splitSeed);
        return new E2eSplit(
                trainPart,
                validationPart,
                testPart,
                new Provenance(
                        String.format(
                                Locale.ROOT,
                                "E2E NLG, %d training sentences, %d validation meanings, %d test meanings",
                                trainPart.size(),
                                validationPart.size(),
                                testPart.size()),
                        String.format(
                                Locale.ROOT,
                                "%s; validation: %s, SHA-256 %s; test: %s, SHA-256 %s",
                                TRAIN,
                                VALIDATION,
                                validationFile.sha256(),
                                TEST,
                                testFile.sha256()),
                        false,
                        trainFile.sha256()));
    }

    private static File read(DataFolder folder, String name) {
        byte[] bytes = folder.read(name, LIMIT);
        Path file = folder.locate(name);
        return new File(
                parse(file, Utf8.decode(file, bytes), COLUMNS, E2e::normalise), Sha256.of(bytes));
    }

    /**
     * Reads and splits a user's own completions by prompt: all completions of a prompt are in one part. The prompts, permuted by the
     * seed, fill test, validation and training in this order. White space within a text stays, so that verse and code can be learned;
     * see {@link #stripped}.
     *
     * @param file UTF-8 csv with the columns {@code prompt} and {@code completion}; plain, gzipped or xz-compressed
     * @param parts prompts, or fractions of them
     * @throws DataException if the file is missing or damaged, lacks a column, or has fewer prompts
     */
    public static E2eSplit load(Path file, Parts parts, long splitSeed) {
        var folder = DataFolder.of(file);
        String name = String.valueOf(file.getFileName());
        byte[] bytes = folder.read(name, LIMIT);
        List<E2eEntry> all =
                grouped(parse(file, Utf8.decode(file, bytes), OWN_COLUMNS, E2e::stripped));
        int total = all.size();
        int[] order = SplitMix64.permutation(total, Purpose.SPLIT.key(splitSeed, 0, 0));
        int[] counts = parts.counts(file, "prompts", total);
        int train = counts[0];
        int validation = counts[1];
        int test = counts[2];
        return new E2eSplit(
                pick(all, order, test + validation, train),
                pick(all, order, test, validation),
                pick(all, order, 0, test),
                new Provenance(
                        String.format(
                                Locale.ROOT,
                                "%s, %d training prompts, %d validation, %d test",
                                name,
                                train,
                                validation,
                                test),
                        name,
                        false,
                        Sha256.of(bytes)));
    }

    private static List<E2eEntry> pick(List<E2eEntry> all, int[] order, int from, int count) {
        return Arrays.stream(order, from, from + count).mapToObj(all::get).toList();
    }

    private static List<E2eEntry> parse(
            Path file, String text, List<String> columns, UnaryOperator<String> rule) {
        List<E2eEntry> entries = new ArrayList<>();
        try (CSVParser parser = CSVFormat.RFC4180.parse(new StringReader(text))) {
            boolean header = true;
            long line = 1;
            for (CSVRecord row : parser) {
                List<String> fields = row.stream().map(rule).toList();
                if (header && !fields.equals(columns)) {
                    throw DataException.damaged(
                            file,
                            "the columns " + String.join(" and ", columns),
                            "the columns " + shown(fields));
                }
                if (fields.size() != 2 || fields.stream().anyMatch(String::isEmpty)) {
                    throw DataException.line(
                            file,
                            "two fields with text, " + String.join(" and ", columns) + ",",
                            line,
                            fields.size() + " fields " + shown(fields));
                }
                if (!header) {
                    entries.add(
                            new E2eEntry(fields.get(0), List.of(fields.get(1)), entries.size()));
                }
                header = false;
                line = parser.getCurrentLineNumber() + 1;
            }
            if (header) {
                throw DataException.damaged(
                        file, "the columns " + String.join(" and ", columns), "nothing");
            }
        } catch (UncheckedIOException e) {
            throw notCsv(file, e.getCause());
        } catch (IOException e) {
            throw notCsv(file, e);
        }
        return entries;
    }

    private static DataException notCsv(Path file, IOException cause) {
        return new DataException(
                file
                        + ": expected csv with every quote closed, found: "
                        + cause.getMessage()
                        + "; put the file there again, see datasets/README.md",
                cause);
    }

    /** Returns a published meaning or sentence as it is trained on: each run of white space, also a line break, is one space. */
    public static String normalise(String text) {
        return SPACES.matcher(text).replaceAll(" ").strip();
    }

    /** Returns an own prompt or completion as it is trained on: without white space around it, its lines ending with {@code \n}. */
    public static String stripped(String text) {
        return Utf8.text(text).strip();
    }

    private static String shown(List<String> fields) {
        String all = fields.toString();
        return all.substring(0, Math.min(SHOWN, all.length()));
    }

    private static List<E2eEntry> grouped(List<E2eEntry> entries) {
        Map<String, List<E2eEntry>> byMeaning = new LinkedHashMap<>();
        for (E2eEntry entry : entries) {
            byMeaning.computeIfAbsent(entry.meaning(), m -> new ArrayList<>()).add(entry);
        }
        return byMeaning.values().stream()
                .map(
                        group ->
                                new E2eEntry(
                                        group.get(0).meaning(),
                                        group.stream().map(e -> e.references().get(0)).toList(),
                                        group.get(0).id()))
                .toList();
    }

    private static List<E2eEntry> sample(
            Path file, List<E2eEntry> entries, int wanted, long splitSeed) {
        if (wanted == Parts.ALL) {
            return entries;
        }
        if (wanted > entries.size()) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected %d entries, found %d; ask for fewer",
                            file,
                            wanted,
                            entries.size()));
        }
        int[] chosen =
                Arrays.copyOf(
                        SplitMix64.permutation(entries.size(), Purpose.SPLIT.key(splitSeed, 0, 0)),
                        wanted);
        return Arrays.stream(chosen).sorted().mapToObj(entries::get).toList();
    }
}
