package org.bdia.data;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import org.bdia.data.Documents.Part;
import org.bdia.data.TextCorpus.Unit;

/**
 * Three disjoint parts of a text corpus, and their tokenizer.
 *
 * @param train the training part, also for a character tokenizer
 * @param validation the part for model selection; may be empty
 * @param test the part for final results; may be empty
 * @param tokenizer the tokenizer of all three
 */
public record TextSplit(Tokens train, Tokens validation, Tokens test, Tokenizer tokenizer) {

    /**
     * Wraps GPT-2 ids as they are; numbers characters, given as code points, by those of the training part.
     *
     * @param corpus the origin of the whole corpus, its name without sizes
     */
    static TextSplit of(Unit unit, Map<Part, TokenStore> parts, Provenance corpus) {
        if (unit == Unit.GPT2_BPE) {
            return of(new Gpt2Bpe(), parts, ids -> ids, corpus);
        }
        var tokenizer = Characters.of(text(parts.get(Part.TRAIN)));
        return of(
                tokenizer,
                parts,
                codePoints -> TokenStore.of(tokenizer.encode(text(codePoints))),
                corpus);
    }

    private static TextSplit of(
            Tokenizer tokenizer,
            Map<Part, TokenStore> parts,
            UnaryOperator<TokenStore> toIds,
            Provenance corpus) {
        var tokens = new EnumMap<Part, Tokens>(Part.class);
        for (var part : Part.values()) {
            var ids = toIds.apply(parts.get(part));
            var name =
                    String.format(
                            Locale.ROOT,
                            "%s, %d %s tokens (%s)",
                            corpus.name(),
                            ids.size(),
                            part.title(),
                            tokenizer.name());
            tokens.put(
                    part,
                    new Tokens(
                            ids,
                            new Provenance(
                                    name, corpus.source(), corpus.synthetic(), corpus.sha256())));
        }
        return new TextSplit(
                tokens.get(Part.TRAIN),
                tokens.get(Part.VALIDATION),
                tokens.get(Part.TEST),
                tokenizer);
    }

    private static String text(TokenStore codePoints) {
        int[] all = LongStream.range(0, codePoints.size()).mapToInt(codePoints::get).toArray();
        return new String(all, 0, all.length);
    }
}
