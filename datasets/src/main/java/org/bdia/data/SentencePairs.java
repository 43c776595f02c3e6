package org.bdia.data;

import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bdia.io.Sha256;
import org.bdia.io.SplitMix64;

/**
 * English sentences with French translations, from the manythings.org collection of Tatoeba's: a line is
 * English, a tab, French, and, in newer editions, a tab and the attribution.
 *
 * <p>Text is normalised: NFC, straight apostrophes and quotes, single plain spaces. Case and accents stay.
 */
public final class SentencePairs {

    private static final String FILE = "eng-fra/eng-fra.txt";
    private static final int LIMIT = 1 << 29;

    /** The most characters of a bad line in a message. */
    private static final int SHOWN = 80;

    private static final Pattern SPACES = Pattern.compile("[\\s\\p{Z}]+");
    private static final Pattern CLOSING = Pattern.compile("[\\p{Punct}\\p{P}\\s]+$");

    private SentencePairs() {}

    /** Returns whether the data folder has the pairs. */
    public static boolean isIn(DataFolder folder) {
        return folder.has(FILE);
    }

    /**
     * Reads pairs and splits them by English sentence: all translations of a sentence, whatever its case and closing
     * punctuation, are in one part. The sentences, permuted by the seed, fill test, validation and training in this order,
     * so that a larger training part does not change the others.
     *
     * @param train training pairs, 1 or more, or {@link Parts#ALL}
     * @param validation validation pairs, 0 or more
     * @param test test pairs, 0 or more
     * @param maxWords pairs with more words on either side are left out, 1 or more
     * @param splitSeed the seed of the choice
     * @throws IllegalArgumentException if a number is out of range
     * @throws DataException if the file is missing or damaged, a line is not a pair, or there are too few
     *     pairs
     */
    public static PairSplit load(
            DataFolder folder, int train, int validation, int test, int maxWords, long splitSeed) {
        if ((train < 1 && train != Parts.ALL) || validation < 0 || test < 0 || maxWords < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "train must be at least 1 pair, or Parts.ALL (-1), validation and test"
                                    + " 0 or more and maxWords 1 or more, but they are %d, %d, %d and"
                                    + " %d",
                            train,
                            validation,
                            test,
                            maxWords));
        }
        return load(
                folder,
                FILE,
                "English–French",
                new Parts(train, validation, test),
                maxWords,
                splitSeed);
    }

    /**
     * Reads and splits a user's own pairs, as {@link #load(DataFolder, int, int, int, int, long)} does.
     *
     * @param file UTF-8 text, a line per pair: source, a tab, target, and, if wanted, more columns, which are left out; plain, gzipped
     *     or xz-compressed
     * @param parts pairs, or fractions of those that are short enough
     * @param maxWords pairs with more words on either side are left out, 1 or more
     * @throws IllegalArgumentException if maxWords is not positive
     * @throws DataException as the other method
     */
    public static PairSplit load(Path file, Parts parts, int maxWords, long splitSeed) {
        if (maxWords < 1) {
            throw new IllegalArgumentException("maxWords must be 1 or more, but is " + maxWords);
        }
        var folder = DataFolder.of(file);
        String name = String.valueOf(file.getFileName());
        return load(folder, name, name, parts, maxWords, splitSeed);
    }

    private static PairSplit load(
            DataFolder folder,
            String name,
            String title,
            Parts parts,
            int maxWords,
            long splitSeed) {
        byte[] bytes = folder.read(name, LIMIT);
        Path file = folder.locate(name);
        Map<String, List<SentencePair>> bySentence = new LinkedHashMap<>();
        int pairs = 0;
        int longer = 0;
        for (SentencePair pair : parse(file, Utf8.decode(file, bytes))) {
            pairs++;
            if (words(pair.source()) > maxWords || words(pair.target()) > maxWords) {
                longer++;
            } else {
                bySentence.computeIfAbsent(key(pair.source()), key -> new ArrayList<>()).add(pair);
            }
        }
        List<List<SentencePair>> groups = new ArrayList<>(bySentence.values());
        int[] order = SplitMix64.permutation(groups.size(), Purpose.SPLIT.key(splitSeed, 0, 0));
        Iterator<List<SentencePair>> next = IntStream.of(order).mapToObj(groups::get).iterator();
        int kept = pairs - longer;
        Map<String, Integer> wanted = new LinkedHashMap<>();
        wanted.put("test", parts.test(kept));
        wanted.put("validation", parts.validation(kept));
        wanted.put("training", parts.train(kept));
        Map<String, List<SentencePair>> taken = new HashMap<>();
        wanted.keySet().stream()
                .sorted(Comparator.comparing(part -> wanted.get(part) == Parts.ALL))
                .forEach(
                        part ->
                                taken.put(
                                        part,
                                        take(
                                                file,
                                                next,
                                                wanted.get(part),
                                                part.equals("training")
                                                        ? parts.leastTrain()
                                                        : wanted.get(part),
                                                part)));
        List<SentencePair> testPart = taken.get("test");
        List<SentencePair> validationPart = taken.get("validation");
        List<SentencePair> trainPart = taken.get("training");
        return new PairSplit(
                trainPart,
                validationPart,
                testPart,
                new Provenance(
                        String.format(
                                Locale.ROOT,
                                "%s, %d training pairs, %d validation, %d test",
                                title,
                                trainPart.size(),
                                validationPart.size(),
                                testPart.size()),
                        String.format(
                                Locale.ROOT,
                                "%s; %d of %d pairs left out, longer than %d words",
                                name,
                                longer,
                                pairs,
                                maxWords),
                        false,
                        Sha256.of(bytes)));
    }

    private static List<SentencePair> parse(Path file, String text) {
        List<SentencePair> pairs = new ArrayList<>();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            if (lines[i].isEmpty() && i == lines.length - 1) {
                break; // after the last line break
            }
            String[] fields = lines[i].split("\t", -1);
            String source = normalise(fields[0]);
            String target = fields.length < 2 ? "" : normalise(fields[1]);
            if (source.isEmpty() || target.isEmpty()) {
                String shown = lines[i].substring(0, Math.min(SHOWN, lines[i].length()));
                throw DataException.line(
                        file,
                        "a sentence, a tab and its translation",
                        i + 1,
                        (fields.length < 2 ? "no tab in '" : "an empty side in '") + shown + "'");
            }
            pairs.add(new SentencePair(source, target, i));
        }
        return pairs;
    }

    /**
     * Returns a sentence as it is trained on: NFC, with straight apostrophes and quotes, and single plain spaces. Sentences to be
     * translated are to be brought to the same form.
     */
    public static String normalise(String text) {
        String straight =
                Normalizer.normalize(text, Normalizer.Form.NFC)
                        .replace('\u2019', '\'')
                        .replace('\u2018', '\'')
                        .replace('\u201C', '"')
                        .replace('\u201D', '"');
        return SPACES.matcher(straight).replaceAll(" ").strip();
    }

    private static int words(String sentence) {
        return sentence.split(" ").length;
    }

    /** Returns the key of a sentence; sentences with equal keys belong to one part. */
    static String key(String sentence) {
        return CLOSING.matcher(sentence.toLowerCase(Locale.ROOT)).replaceFirst("");
    }

    /** Takes whole sentences, at least so many pairs; the surplus pairs of the last one belong to no part. */
    private static List<SentencePair> take(
            Path file, Iterator<List<SentencePair>> next, int wanted, int least, String part) {
        List<SentencePair> taken = new ArrayList<>();
        while (next.hasNext() && (wanted == Parts.ALL || taken.size() < wanted)) {
            taken.addAll(next.next());
        }
        if (taken.isEmpty() ? wanted != 0 : taken.size() < least) {
            throw new DataException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected %s %s pairs besides the other parts, found %d; ask for fewer, or"
                                    + " for longer sentences",
                            file,
                            wanted == Parts.ALL ? "some" : wanted,
                            part,
                            taken.size()));
        }
        return wanted == Parts.ALL ? taken : taken.subList(0, Math.min(wanted, taken.size()));
    }
}
