package org.bdia.data;

/** Texts for language models: tiny Shakespeare, and a sample of OpenWebText. */
public final class TextCorpus {

    /** As many training tokens as there are beside the other parts. */
    public static final int ALL = -1;

    private TextCorpus() {}

    /** Which text. */
    public enum Source {
        /** 1.1 MB of plays, one document. */
        SHAKESPEARE("tiny Shakespeare", "tinyshakespeare/input.txt", ""),

        /** 1,000 web documents, 1.2 M GPT-2 tokens. */
        OPENWEBTEXT(
                "OpenWebText sample",
                "openwebtext-sample/owt10k-val.txt",
                "openwebtext-sample/owt10k-val.gpt2.u16le.bin");

        private final String label;
        private final String text;
        private final String tokens;

        Source(String label, String text, String tokens) {
            this.label = label;
            this.text = text;
            this.tokens = tokens;
        }

        /** The name in tables and figures. */
        public String label() {
            return label;
        }
    }

    /** What a token is. */
    public enum Unit {
        /** One character, of those in the training part. */
        CHARACTERS,

        /** One of GPT-2's 50,257 byte pairs. */
        GPT2_BPE
    }

    /** Whether the data folder has a source's text. */
    public static boolean isIn(DataFolder folder, Source source) {
        return folder.has(source.text);
    }

    /**
     * Reads a corpus and splits it by document; a corpus of one document by position, the held-out parts being in its last
     * tenth. Byte pairs of OpenWebText come from its token file where that is there.
     *
     * @param train tokens to learn from, or {@link #ALL}
     * @param validation tokens to choose by, 0 or more
     * @param test tokens to report on, 0 or more
     * @param splitSeed what the choice of documents is a function of
     * @throws IllegalArgumentException if a number of tokens is out of range
     * @throws DataException if a file is missing or damaged, is no UTF-8, holds ids that GPT-2 has not, or is too short
     */
    public static TextSplit load(
            DataFolder folder,
            Source source,
            Unit unit,
            int train,
            int validation,
            int test,
            long splitSeed) {
        CorpusParts parts = new CorpusParts(source.label, train, validation, test, splitSeed);
        if (unit == Unit.CHARACTERS) {
            return parts.ofCharacters(CorpusFile.text(folder, source.text), source.text);
        }
        return !source.tokens.isEmpty() && folder.has(source.tokens)
                ? parts.ofBytePairs(CorpusFile.tokens(folder, source.tokens), source.tokens)
                : parts.ofBytePairs(CorpusFile.encoded(folder, source.text), source.text);
    }
}
