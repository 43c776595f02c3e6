package org.bdia.data;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bdia.data.TextCorpus.Unit;
import org.bdia.io.Sha256;

/**
 * One file of a corpus: GPT-2 ids if its name ends with {@code .bin}, else UTF-8 text whose documents
 * {@code <|endoftext|>} separates.
 *
 * @param folder where it is
 * @param name its logical name there
 */
record CorpusFile(DataFolder folder, String name) {
    private static final int TEXT_LIMIT = 1 << 27;
    private static final Pattern CLOSING = Pattern.compile("<\\|endoftext\\|>");

    /** The file's documents in ids of the unit, and the SHA-256 over its unpacked bytes. */
    record Content(Documents documents, String sha256) {}

    /**
     * Reads the file.
     *
     * @throws DataException if the file is missing, damaged, empty, a text of more than 128 MiB or not in
     *     UTF-8, or a token file that {@link TokenFile} refuses
     */
    Content read(Unit unit) {
        return name.replaceFirst("\\.(gz|xz)$", "").endsWith(".bin")
                ? readTokens(unit)
                : readText(unit);
    }

    private Content readTokens(Unit unit) {
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

    private Content readText(Unit unit) {
        byte[] bytes = folder.read(name, TEXT_LIMIT);
        String text = Utf8.decode(folder.locate(name), bytes);
        if (text.isEmpty()) {
            throw DataException.damaged(folder.locate(name), "a text", "no characters");
        }
        var pieces = List.of(CLOSING.split(text, -1));
        boolean closed = pieces.size() > 1;
        // What follows the last separator is a document only if it says something.
        boolean ended = closed && pieces.get(pieces.size() - 1).isBlank();
        var texts = ended ? pieces.subList(0, pieces.size() - 1) : pieces;
        return new Content(documents(texts, unit, closed), Sha256.of(bytes));
    }

    private static Documents documents(List<String> texts, Unit unit, boolean closed) {
        return Documents.of(texts, unit::ids, closed ? unit.closing() : new int[0]);
    }
}
