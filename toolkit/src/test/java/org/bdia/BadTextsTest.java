package org.bdia;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.bdia.BadInput.file;

import java.nio.file.Path;
import java.util.stream.Stream;
import org.bdia.BadInput.Step;
import org.bdia.data.DataFolder;
import org.bdia.data.E2e;
import org.bdia.data.Parts;
import org.bdia.data.SentencePairs;
import org.bdia.data.TextCorpus;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Texts, pairs and tables that are damaged, and more asked of them than they hold. */
class BadTextsTest {

    private static final String PAIRS = "eng-fra/eng-fra.txt";
    private static final String SHAKESPEARE = "tinyshakespeare/input.txt";
    private static final String TOKENS = "openwebtext-sample/owt10k-val.gpt2.u16le.bin";
    private static final String SENTENCES = "e2e-nlg/trainset.csv";
    private static final String LINE =
            "; correct the line; a published file is to be put there again, see datasets/README.md";
    private static final String AGAIN = "; put the file there again, see datasets/README.md";

    static Stream<BadInput> texts() {
        Step pairs = root -> SentencePairs.load(DataFolder.at(root), 2, 1, 1, 9, 0);
        Step characters = root -> corpus(root, TextCorpus.Unit.CHARACTERS);
        Step tokens = root -> corpus(root, TextCorpus.Unit.GPT2_BPE);
        Step sentences = root -> E2e.load(DataFolder.at(root), 2, 1, 1, 0);
        byte[] latin = "Go.\tVa.\nFire!\tAu feu \u00e9 !\n".getBytes(ISO_8859_1);
        return Stream.of(
                file(
                        "pairs, not UTF-8",
                        PAIRS,
                        latin,
                        pairs,
                        "ROOT/eng-fra/eng-fra.txt: expected UTF-8 text, found the malformed byte 0xE9 "
                                + "at byte offset 21, line 2; convert the file to UTF-8"),
                file(
                        "pairs, no tab",
                        PAIRS,
                        bytes("Go.\tVa.\nRun.\n"),
                        pairs,
                        "ROOT/eng-fra/eng-fra.txt: expected a sentence, a tab and its translation in "
                                + "line 2, found no tab in 'Run.'"
                                + LINE),
                file(
                        "pairs, empty side",
                        PAIRS,
                        bytes("Go.\t \n"),
                        pairs,
                        "ROOT/eng-fra/eng-fra.txt: expected a sentence, a tab and its translation in "
                                + "line 1, found an empty side in 'Go.\t '"
                                + LINE),
                file(
                        "pairs, too few",
                        PAIRS,
                        bytes("Go.\tVa.\nHi.\tOh.\n"),
                        pairs,
                        "ROOT/eng-fra/eng-fra.txt: expected 2 training pairs besides the other parts, "
                                + "found 0; ask for fewer, or for longer sentences"),
                BadInput.of(
                        "pairs, no words",
                        root -> SentencePairs.load(DataFolder.at(root), 1, 0, 0, 0, 0),
                        "train must be at least 1 pair, or Parts.ALL (-1), validation and test "
                                + "0 or more and maxWords 1 or more, but they are 1, 0, 0 and 0"),
                file(
                        "text, not UTF-8",
                        SHAKESPEARE,
                        latin,
                        characters,
                        "ROOT/tinyshakespeare/input.txt: expected UTF-8 text, found the malformed byte "
                                + "0xE9 at byte offset 21, line 2; convert the file to UTF-8"),
                file(
                        "text, empty",
                        SHAKESPEARE,
                        new byte[0],
                        characters,
                        "ROOT/tinyshakespeare/input.txt: the file is empty; write text into it; a published file is"
                                + " to be put there again, see datasets/README.md"),
                file(
                        "text, too short",
                        SHAKESPEARE,
                        bytes("Speak, speak."),
                        characters,
                        "ROOT/tinyshakespeare/input.txt: 8 training, 4 validation and 2 test tokens "
                                + "are asked for, but its one document has 13, the first 7 of them for training"
                                + "; ask for fewer, or for Parts.ALL to train on, what the others leave"),
                BadInput.of(
                        "text, none of one's own",
                        root -> own(root.resolve("notes.txt")),
                        "ROOT/notes.txt: found no "
                                + "such file (also looked for .gz and .xz); give the path of one"),
                file(
                        "tokens, odd bytes",
                        TOKENS,
                        new byte[7],
                        tokens,
                        "ROOT/openwebtext-sample/owt10k-val.gpt2.u16le.bin: expected uint16 ids, two "
                                + "bytes each, found 7 bytes"
                                + AGAIN),
                file(
                        "tokens, no GPT-2 id",
                        TOKENS,
                        ids(1, 50257),
                        tokens,
                        "ROOT/openwebtext-sample/owt10k-val.gpt2.u16le.bin: expected GPT-2 ids from 0 "
                                + "to 50256, found id 50257 at position 1"
                                + AGAIN),
                file(
                        "tokens, not closed",
                        TOKENS,
                        ids(1, 50256, 2),
                        tokens,
                        "ROOT/openwebtext-sample/owt10k-val.gpt2.u16le.bin: expected every document "
                                + "closed by id 50256, found an end of the file 1 ids after the last"
                                + AGAIN),
                file(
                        "tokens, too few",
                        TOKENS,
                        ids(1, 50256, 2, 50256),
                        tokens,
                        "ROOT/openwebtext-sample/owt10k-val.gpt2.u16le.bin: 8 training, 4 validation "
                                + "and 2 test tokens are asked for, but its 2 documents, shared by no two parts, "
                                + "have 4 in all; ask for fewer, or for Parts.ALL to train on, what the others leave"),
                file(
                        "csv, columns",
                        SENTENCES,
                        bytes("mr;ref\na;b\n"),
                        sentences,
                        "ROOT/e2e-nlg/trainset.csv: expected the columns mr and ref, found the columns "
                                + "[mr;ref]"
                                + AGAIN),
                file(
                        "csv, three fields",
                        SENTENCES,
                        bytes("mr,ref\na,b,c\n"),
                        sentences,
                        "ROOT/e2e-nlg/trainset.csv: expected two fields with text, mr and ref, "
                                + "in line 2, found 3 fields [a, b, c]"
                                + LINE),
                file(
                        "csv, empty",
                        SENTENCES,
                        new byte[0],
                        sentences,
                        "ROOT/e2e-nlg/trainset.csv: expected the columns mr and ref, found nothing"
                                + AGAIN),
                file(
                        "csv, open quote",
                        SENTENCES,
                        bytes("mr,ref\n\"a,b\n"),
                        sentences,
                        "ROOT/e2e-nlg/trainset.csv: expected csv with every quote closed, found: "
                                + "(startline 2) EOF reached before encapsulated token finished"
                                + AGAIN),
                file(
                        "csv, not UTF-8",
                        SENTENCES,
                        latin,
                        sentences,
                        "ROOT/e2e-nlg/trainset.csv: expected UTF-8 text, found the malformed byte 0xE9 "
                                + "at byte offset 21, line 2; convert the file to UTF-8"),
                BadInput.of(
                        "csv, no entries",
                        root -> E2e.load(DataFolder.at(root), 0, 1, 1, 0),
                        "train must be at least 1 entry, validation and test 0 or more, or Parts.ALL "
                                + "(-1), but they are 0, 1 and 1"));
    }

    @ParameterizedTest
    @MethodSource("texts")
    void badTextsAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static void corpus(Path root, TextCorpus.Unit unit) {
        TextCorpus.Source source =
                unit == TextCorpus.Unit.CHARACTERS
                        ? TextCorpus.Source.SHAKESPEARE
                        : TextCorpus.Source.OPENWEBTEXT;
        TextCorpus.load(DataFolder.at(root), source, unit, 8, 4, 2, 0);
    }

    private static void own(Path text) {
        TextCorpus.load(text, TextCorpus.Unit.CHARACTERS, new Parts(8, 4, 2), 0);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static byte[] ids(int... ids) {
        byte[] bytes = new byte[2 * ids.length];
        for (int i = 0; i < ids.length; i++) {
            bytes[2 * i] = (byte) ids[i];
            bytes[2 * i + 1] = (byte) (ids[i] >> 8);
        }
        return bytes;
    }
}
