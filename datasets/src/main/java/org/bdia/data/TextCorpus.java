package org.bdia.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bdia.data.Documents.Sizes;
import org.bdia.io.Sha256;

/** Text corpora in tokens, split by document: two known ones, and any file of your own. */
public final class TextCorpus {
    private static final int TEXT_LIMIT = 1 << 27;
    private static final Pattern CLOSING = Pattern.compile("<\\|endoftext\\|>");

    /** The known corpora. */
    public enum Source {
        /** Tiny Shakespeare, a single text of about 1.1 million characters. */
        SHAKESPEARE("tiny Shakespeare", "tinyshakespeare/input.txt", "tinyshakespeare/input.txt"),

        /** A sample of OpenWebText: 1,000 documents, as text and as GPT-2 ids. */
        OPENWEBTEXT(
                "OpenWebText sample",
                "openwebtext-sample/owt10k-val.txt",
                "openwebtext-sample/owt10k-val.gpt2.u16le.bin");

        private final String title;
        private final String charactersFrom;
        private final String bpeFrom;

        Source(String title, String charactersFrom, String bpeFrom) {
            this.title = title;
            this.charactersFrom = charactersFrom;
            this.bpeFrom = bpeFrom;
        }

        /** Returns the file in the unit, else the one to convert. */
        private String file(DataFolder folder, Unit unit) {
            var first = unit == Unit.CHARACTERS ? charactersFrom : bpeFrom;
            var second = unit == Unit.CHARACTERS ? bpeFrom : charactersFrom;
            return folder.has(first) || !folder.has(second) ? first : second;
        }
    }

    /** The unit of a token. */
    public enum Unit {
        /** A Unicode code point; documents are closed by two line breaks. */
        CHARACTERS,

        /** One of GPT-2's 50,257 byte pairs; documents are closed by 50256. */
        GPT2_BPE;

        /** Returns a text in ids; characters are code points until the training part is known. */
        int[] ids(String text) {
            return switch (this) {
                case CHARACTERS -> text.codePoints().toArray();
                case GPT2_BPE -> new Gpt2Bpe().encode(text);
            };
        }

        /** Returns the ids that close each of several documents. */
        int[] closing() {
            return switch (this) {
                case CHARACTERS -> new int[] {'\n', '\n'};
                case GPT2_BPE -> new int[] {Gpt2Bpe.END_OF_TEXT};
            };
        }
    }

    private TextCorpus() {}

    /** Returns whether the folder has a file from which the corpus can be read in the unit, damaged or not. */
    public static boolean isIn(DataFolder folder, Source source, Unit unit) {
        return folder.has(source.file(folder, unit));
    }

    /**
     * Loads disjoint parts of a corpus. OpenWebText is read from the file of the unit's kind, else from the
     * other, converted.
     *
     * <p>Several documents are permuted by the seed; test, validation and training, in this order, take whole
     * documents until they have their tokens, the last one cut, its rest in no part; so the documents of test
     * and validation stay while training grows. A single document is split by position: training
     * from its beginning, up to nine tenths, validation and then test from the last tenth, or from where
     * training ends if they ask for more; a seed other than 0 draws the place where this begins, and the document's
     * beginning follows its end.
     *
     * @param train the number of training tokens, above 0, or {@link Parts#ALL}
     * @param validation the number of validation tokens, 0 or more, or ALL
     * @param test the number of test tokens, 0 or more, or ALL
     * @param splitSeed chooses the documents, or the place in a single one
     * @throws DataException if the file is missing or damaged, or has fewer tokens than asked for
     * @throws IllegalArgumentException if a size is out of range, or more than one is ALL
     */
    public static TextSplit load(
            DataFolder folder,
            Source source,
            Unit unit,
            int train,
            int validation,
            int test,
            long splitSeed) {
        var sizes = new Sizes(train, validation, test);
        return load(
                folder, source.file(folder, unit), source.title, unit, total -> sizes, splitSeed);
    }

    /**
     * Loads disjoint parts of your own text, as {@link #load(DataFolder, Source, Unit, int, int, int, long)}
     * does.
     *
     * @param file UTF-8 text whose documents {@code <|endoftext|>} separates; or, if the name ends with
     *     {@code .bin}, GPT-2 ids, uint16 little-endian, each document closed by 50256; plain, gzipped or
     *     xz-compressed
     * @param parts tokens, or fractions of all tokens
     * @throws DataException if the file is missing or damaged, or has fewer tokens than asked for
     * @throws IllegalArgumentException if a size is out of range, or more than one is ALL
     */
    public static TextSplit load(Path file, Unit unit, Parts parts, long splitSeed) {
        var folder = DataFolder.of(file);
        var name = String.valueOf(file.getFileName());
        return load(
                folder,
                name,
                name,
                unit,
                total ->
                        new Sizes(
                                parts.train(total),
                                parts.validation(total),
                                parts.test(total),
                                parts.leastTrain()),
                splitSeed);
    }

    private static TextSplit load(
            DataFolder folder,
            String name,
            String title,
            Unit unit,
            LongFunction<Sizes> sizes,
            long splitSeed) {
        var content =
                name.replaceFirst("\\.(gz|xz)$", "").endsWith(".bin")
                        ? readTokens(folder, name, unit)
                        : readText(folder, name, unit);
        var documents = content.documents();
        var parts = documents.split(sizes.apply(documents.size()), splitSeed, folder.locate(name));
        return TextSplit.of(unit, parts, new Provenance(title, name, false, content.sha256()));
    }

    private static Content readTokens(DataFolder folder, String name, Unit unit) {
        var file = TokenFile.open(folder, name);
        var documents = Documents.of(file);
        if (unit == Unit.GPT2_BPE) {
            return new Content(documents, file.sha256());
        }
        boolean closed = file.isClosed();
        var tokenizer = new Gpt2Bpe();
        var texts =
                IntStream.range(0, documents.count())
                        .mapToObj(documents::ids)
                        .map(ids -> closed ? Arrays.copyOf(ids, ids.length - 1) : ids)
                        .map(tokenizer::decode)
                        .toList();
        return new Content(documents(texts, unit, closed), file.sha256());
    }

    static Content readText(DataFolder folder, String name, Unit unit) {
        byte[] bytes = folder.read(name, TEXT_LIMIT);
        String text = Utf8.decode(folder.locate(name), bytes);
        var pieces = List.of(CLOSING.split(text, -1));
        boolean closed = pieces.size() > 1;
        // Text before the first separator or after the last is a document only if it is not blank.
        int from = closed && pieces.get(0).isBlank() ? 1 : 0;
        int to = pieces.size() - (closed && pieces.get(pieces.size() - 1).isBlank() ? 1 : 0);
        if (text.isEmpty() || from == to) {
            throw new DataException(
                    folder.locate(name)
                            + ": the file is empty; write text into it; a published file is to be put there again, see"
                            + " datasets/README.md");
        }
        return new Content(documents(pieces.subList(from, to), unit, closed), Sha256.of(bytes));
    }

    private static Documents documents(List<String> texts, Unit unit, boolean closed) {
        return Documents.of(texts, unit::ids, closed ? unit.closing() : new int[0]);
    }

    /** A file's documents in ids of the unit, and the SHA-256 over its unpacked bytes. */
    record Content(Documents documents, String sha256) {}
}
