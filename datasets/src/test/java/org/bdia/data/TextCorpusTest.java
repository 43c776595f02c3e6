package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bdia.data.TextCorpus.Source;
import org.bdia.data.TextCorpus.Unit;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class TextCorpusTest {
    private static final String TEXT_FILE = "openwebtext-sample/owt10k-val.txt";
    private static final String TOKEN_FILE = "openwebtext-sample/owt10k-val.gpt2.u16le.bin";
    private static final String CLOSING = "<|endoftext|>";

    /** Forty documents that say their number, and whose characters are the same. */
    private static final List<String> DOCUMENTS =
            IntStream.range(0, 40)
                    .mapToObj(d -> ("Document " + d + " of “0123456789”. ").repeat(1 + d % 7))
                    .toList();

    @TempDir private Path root;
    private DataFolder folder;

    @BeforeEach
    void open() {
        folder = DataFolder.at(root);
    }

    private Path write(String name, String text) throws IOException {
        return TestFiles.write(root.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private Path writeText() throws IOException {
        return write(TEXT_FILE + ".gz", String.join(CLOSING, DOCUMENTS) + CLOSING);
    }

    private Path writeTokens() throws IOException {
        var bpe = new Gpt2Bpe();
        int[] ids =
                DOCUMENTS.stream()
                        .flatMapToInt(
                                d ->
                                        IntStream.concat(
                                                IntStream.of(bpe.encode(d)),
                                                IntStream.of(bpe.endOfText())))
                        .toArray();
        return TestFiles.write(root.resolve(TOKEN_FILE), TestFiles.tokens(ids));
    }

    private TextSplit load(Unit unit, int train, int validation, int test, long seed) {
        return TextCorpus.load(folder, Source.OPENWEBTEXT, unit, train, validation, test, seed);
    }

    private static String text(TextSplit split, Tokens tokens) {
        return split.tokenizer().decode(tokens.window(0, tokens.size()));
    }

    /** Returns the text of training, validation and test. */
    static List<String> texts(TextSplit split) {
        return Stream.of(split.train(), split.validation(), split.test())
                .map(tokens -> text(split, tokens))
                .toList();
    }

    private static List<String> documents(TextSplit split, Tokens tokens) {
        var pieces = text(split, tokens).split("\n\n|<\\|endoftext\\|>", -1);
        return Stream.of(pieces).filter(piece -> !piece.isEmpty()).toList();
    }

    @ParameterizedTest
    @EnumSource
    void partsHaveTheSizesAskedForAndShareNoDocument(Unit unit) throws IOException {
        writeText();
        var split = load(unit, 300, 200, 100, 3);
        assertThat(split.train().size()).isEqualTo(300);
        assertThat(split.validation().size()).isEqualTo(200);
        assertThat(split.test().size()).isEqualTo(100);
        var whole =
                Stream.of(split.train(), split.validation(), split.test())
                        .flatMap(
                                part -> {
                                    var documents = documents(split, part);
                                    // The last one is cut: a document's beginning.
                                    var last = documents.get(documents.size() - 1);
                                    var cut = last.replaceFirst("[\n\uFFFD]$", "");
                                    assertThat(DOCUMENTS).anyMatch(d -> d.startsWith(cut));
                                    return documents.subList(0, documents.size() - 1).stream();
                                })
                        .toList();
        assertThat(whole).doesNotHaveDuplicates().isSubsetOf(DOCUMENTS).isNotEmpty();
        var owners =
                texts(split).stream()
                        .map(
                                text ->
                                        IntStream.range(0, 40)
                                                .filter(d -> text.contains("Document " + d + " "))
                                                .boxed()
                                                .collect(Collectors.toSet()))
                        .toList();
        assertThat(owners.get(0)).doesNotContainAnyElementsOf(owners.get(1));
        assertThat(owners.get(0)).doesNotContainAnyElementsOf(owners.get(2));
        assertThat(owners.get(1)).doesNotContainAnyElementsOf(owners.get(2));
    }

    @ParameterizedTest
    @EnumSource
    void allIsWhatTheOthersLeave(Unit unit) throws IOException {
        writeText();
        var none = load(unit, Parts.ALL, 0, 0, 3);
        assertThat(documents(none, none.train())).containsExactlyInAnyOrderElementsOf(DOCUMENTS);
        var split = load(unit, 300, Parts.ALL, 50, 3);
        var all = Stream.of(split.train(), split.validation(), split.test());
        assertThat(all.flatMap(part -> documents(split, part).stream()).toList())
                .hasSize(DOCUMENTS.size());
    }

    @ParameterizedTest
    @EnumSource
    void theSplitIsAFunctionOfItsSeedAndTheHeldOutStayAsTrainingGrows(Unit unit)
            throws IOException {
        writeText();
        var split = load(unit, 300, 100, 100, 3);
        assertThat(texts(load(unit, 300, 100, 100, 3))).isEqualTo(texts(split));
        assertThat(texts(load(unit, 300, 100, 100, 4))).isNotEqualTo(texts(split));
        var more = load(Unit.GPT2_BPE, 500, 100, 100, 3);
        var fewer = load(Unit.GPT2_BPE, 50, 100, 100, 3);
        assertThat(texts(more).subList(1, 3)).isEqualTo(texts(fewer).subList(1, 3));
        assertThat(texts(more).get(0)).startsWith(texts(fewer).get(0));
    }

    @ParameterizedTest
    @EnumSource
    void textAndTokenFileGiveTheSameParts(Unit unit) throws IOException {
        var written = writeText();
        var fromText = load(unit, 300, 100, 100, 3);
        Files.delete(written);
        writeTokens();
        var fromTokens = load(unit, 300, 100, 100, 3);
        assertThat(texts(fromTokens)).isEqualTo(texts(fromText));
        assertThat(fromTokens.tokenizer().size()).isEqualTo(fromText.tokenizer().size());
    }

    @Test
    void eachUnitIsReadFromTheFileOfItsKind() throws IOException {
        writeText();
        var tokens = writeTokens();
        var bpe = load(Unit.GPT2_BPE, 300, 100, 100, 3);
        assertThat(bpe.train().provenance())
                .isEqualTo(
                        new Provenance(
                                "OpenWebText sample, 300 training tokens (GPT-2 BPE)",
                                TOKEN_FILE,
                                false,
                                Sha256.of(tokens)));
        var characters = load(Unit.CHARACTERS, 300, 100, 50, 3).test().provenance();
        assertThat(characters.name()).isEqualTo("OpenWebText sample, 50 test tokens (characters)");
        assertThat(characters.source()).isEqualTo(TEXT_FILE);
        var unpacked = folder.read(TEXT_FILE, 1 << 20);
        assertThat(characters.sha256()).isEqualTo(Sha256.of(unpacked));
    }

    @Test
    void charactersAreLearntFromTheTrainingPartAlone() throws IOException {
        write(TEXT_FILE, String.join(CLOSING, "aaaa", "bbbb", "cccc"));
        for (long seed = 0; seed < 10; seed++) {
            var split = load(Unit.CHARACTERS, 6, 4, 4, seed);
            assertThat(split.tokenizer().size()).isEqualTo(3);
            assertThat(texts(split).subList(1, 3)).containsOnly("\uFFFD\uFFFD\uFFFD\uFFFD");
        }
    }

    /** The last documents of the held-out parts are cut, so that a fifth of the tokens takes more than a fifth of the text. */
    @Test
    void aFractionToTrainOnIsAnUpperBound() throws IOException {
        var file = write("own.txt", String.join(CLOSING, DOCUMENTS));
        var fifths = TextCorpus.load(file, Unit.CHARACTERS, new Parts(0.8, 0.1, 0.1), 3);
        var rest = TextCorpus.load(file, Unit.CHARACTERS, new Parts(Parts.ALL, 0.1, 0.1), 3);
        assertThat(texts(fifths)).isEqualTo(texts(rest));
        var counts = new Parts(rest.train().size() + 1, 0.1, 0.1);
        assertThatThrownBy(() -> TextCorpus.load(file, Unit.CHARACTERS, counts, 3))
                .isInstanceOf(DataException.class)
                .hasMessageEndingWith(
                        "; ask for fewer, or for Parts.ALL to train on, what the others leave");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", CLOSING, "\n" + CLOSING})
    void aSeparatorMayComeFirst(String before) throws IOException {
        var file = write("own.txt", before + String.join(CLOSING, "aaaa", "bbbb") + CLOSING);
        var split = TextCorpus.load(file, Unit.CHARACTERS, new Parts(Parts.ALL, 0, 0), 3);
        assertThat(text(split, split.train())).hasSize(12).contains("aaaa\n\n", "bbbb\n\n");
        var one = write("one.txt", before + "0123456789".repeat(10) + CLOSING);
        assertThat(TextCorpus.load(one, Unit.CHARACTERS, new Parts(90, 5, 5), 0).train().get(0))
                .isEqualTo(1);
    }

    @Test
    void ownFilesAreReadPlainAndCompressed() throws IOException {
        var plain = write("own/notes.txt", String.join(CLOSING, DOCUMENTS));
        var packed = write("own/packed.txt.xz", String.join(CLOSING, DOCUMENTS) + CLOSING + "\n");
        var split = TextCorpus.load(plain, Unit.GPT2_BPE, new Parts(300, 100, 100), 3);
        assertThat(texts(TextCorpus.load(packed, Unit.GPT2_BPE, new Parts(300, 100, 100), 3)))
                .isEqualTo(texts(split));
        assertThat(split.train().provenance().name())
                .isEqualTo("notes.txt, 300 training tokens (GPT-2 BPE)");
        var tokens = writeTokens();
        assertThat(texts(TextCorpus.load(tokens, Unit.GPT2_BPE, new Parts(300, 100, 100), 3)))
                .isEqualTo(texts(split));
    }

    @Test
    void missingFilesAreToldAndRefused() throws IOException {
        assertThat(TextCorpus.isIn(folder, Source.OPENWEBTEXT, Unit.GPT2_BPE)).isFalse();
        assertThatThrownBy(() -> load(Unit.GPT2_BPE, 1, 1, 1, 3))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(TOKEN_FILE, "BDIA_DATA");
        assertThatThrownBy(
                        () ->
                                TextCorpus.load(
                                        root.resolve("no.txt"),
                                        Unit.GPT2_BPE,
                                        new Parts(1, 1, 1),
                                        3))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("no.txt", "no such file");
        writeText();
        assertThat(TextCorpus.isIn(folder, Source.OPENWEBTEXT, Unit.GPT2_BPE)).isTrue();
        assertThat(TextCorpus.isIn(folder, Source.OPENWEBTEXT, Unit.CHARACTERS)).isTrue();
        assertThat(TextCorpus.isIn(folder, Source.SHAKESPEARE, Unit.CHARACTERS)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void tooFewTokensAreRefused(Unit unit) throws IOException {
        writeText();
        int size = load(unit, Parts.ALL, 0, 0, 3).train().size();
        for (int[] s : new int[][] {{size + 1, 0, 0}, {1, size, 1}, {Parts.ALL, size, 0}}) {
            assertThatThrownBy(() -> load(unit, s[0], s[1], s[2], 3))
                    .isInstanceOf(DataException.class)
                    .hasMessageContainingAll(
                            "owt10k-val.txt.gz",
                            s[1] + " validation",
                            "40 documents",
                            "have " + size);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"C3 28", "E2 82", "ED A0 80", "F5 80 80 80", "C0 AF", "FF"})
    void whatIsNotUtf8IsRefused(String malformed) throws IOException {
        var bytes = "né: ".getBytes(StandardCharsets.UTF_8);
        var hex = HexFormat.ofDelimiter(" ").parseHex(malformed);
        var all = new byte[bytes.length + hex.length];
        System.arraycopy(bytes, 0, all, 0, bytes.length);
        System.arraycopy(hex, 0, all, bytes.length, hex.length);
        var file = TestFiles.write(root.resolve("own.txt"), all);
        assertThatThrownBy(() -> TextCorpus.load(file, Unit.CHARACTERS, new Parts(1, 0, 0), 3))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "own.txt",
                        "UTF-8",
                        "byte offset " + bytes.length,
                        malformed.substring(0, 2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", CLOSING, " " + CLOSING + "\n"})
    void anEmptyTextIsRefused(String text) throws IOException {
        var file = write("own.txt", text);
        assertThatThrownBy(() -> TextCorpus.load(file, Unit.CHARACTERS, new Parts(1, 0, 0), 3))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("own.txt", "the file is empty");
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        int all = Parts.ALL;
        for (int[] s : new int[][] {{0, 1, 1}, {-2, 1, 1}, {1, -2, 1}, {1, 1, -2}, {all, all, 1}}) {
            assertThatThrownBy(() -> load(Unit.CHARACTERS, s[0], s[1], s[2], 3))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContainingAll("ALL", s[0] + ", " + s[1] + " and " + s[2]);
        }
    }
}
