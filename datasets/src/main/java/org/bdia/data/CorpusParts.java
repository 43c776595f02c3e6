package org.bdia.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.bdia.data.Tokens.Piece;

/**
 * The sizes of a corpus's parts.
 *
 * @param name the corpus
 * @param train tokens, or {@link TextCorpus#ALL}
 * @param validation tokens
 * @param test tokens
 * @param seed chooses documents
 */
record CorpusParts(String name, int train, int validation, int test, long seed) {

    /** Stands between documents where there is no id for their end. */
    private static final String BETWEEN = "\n\n";

    CorpusParts {
        if ((train < 1 && train != TextCorpus.ALL) || validation < 0 || test < 0) {
            throw new IllegalArgumentException(
                    String.format(
                            "train must be at least 1 token, or TextCorpus.ALL (-1), and validation and"
                                    + " test 0 or more, but they are %d, %d and %d",
                            train, validation, test));
        }
    }

    /** The parts of documents of byte pairs. */
    TextSplit ofBytePairs(CorpusFile.Ids file, String source) {
        return ofBytePairs(file, source, false);
    }

    /** The same, of a generated text where it says so. */
    TextSplit ofBytePairs(CorpusFile.Ids file, String source, boolean synthetic) {
        return of(file, split(file.ends()), new Gpt2Bpe(), source, synthetic);
    }

    /** The parts of a text in characters, the alphabet being that of the training part. */
    TextSplit ofCharacters(CorpusFile.Texts texts, String source) {
        return ofCharacters(texts, source, false);
    }

    /** The same, of a generated text where it says so. */
    TextSplit ofCharacters(CorpusFile.Texts texts, String source, boolean synthetic) {
        String between = texts.documents().size() == 1 ? "" : BETWEEN;
        List<int[]> documents =
                texts.documents().stream()
                        .map(d -> (between.isEmpty() ? d : d.strip() + between))
                        .map(d -> d.codePoints().toArray())
                        .toList();
        int[] all = documents.stream().flatMapToInt(Arrays::stream).toArray();
        int[] ends = new int[documents.size()];
        int end = 0;
        for (int i = 0; i < ends.length; i++) {
            end += documents.get(i).length;
            ends[i] = end;
        }
        DocumentSplit split = split(ends);
        int[] seen =
                split.train().stream()
                        .flatMapToInt(p -> Arrays.stream(all, p.from(), p.from() + p.length()))
                        .toArray();
        Characters characters = Characters.of(seen);
        List<int[]> ids = new ArrayList<>();
        for (int[] document : documents) {
            ids.add(Arrays.stream(document).map(characters::id).toArray());
        }
        CorpusFile.Ids encoded = CorpusFile.joined(ids, texts.sha256());
        return of(encoded, split, characters, source, synthetic);
    }

    private DocumentSplit split(int[] ends) {
        return DocumentSplit.of(name, ends, train, validation, test, seed);
    }

    private TextSplit of(
            CorpusFile.Ids file,
            DocumentSplit split,
            Tokenizer tokenizer,
            String source,
            boolean synthetic) {
        return new TextSplit(
                tokens(file, split.train(), "training", tokenizer, source, synthetic),
                tokens(file, split.validation(), "validation", tokenizer, source, synthetic),
                tokens(file, split.test(), "test", tokenizer, source, synthetic),
                tokenizer);
    }

    private Tokens tokens(
            CorpusFile.Ids file,
            List<Piece> pieces,
            String part,
            Tokenizer tokenizer,
            String source,
            boolean synthetic) {
        int size = pieces.stream().mapToInt(Piece::length).sum();
        return new Tokens(
                file.ids(),
                pieces,
                new Provenance(
                        String.format(
                                Locale.ROOT,
                                "%s, %d %s tokens (%s)",
                                name,
                                size,
                                part,
                                tokenizer.name()),
                        source,
                        synthetic,
                        file.sha256()));
    }
}
