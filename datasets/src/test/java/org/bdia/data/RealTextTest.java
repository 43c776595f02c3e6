package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.bdia.data.TextCorpus.Source;
import org.bdia.data.TextCorpus.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The tokenizer against GPT-2's published files, where BDIA_DATA names a folder that has them. */
@EnabledIfEnvironmentVariable(named = "BDIA_DATA", matches = ".+")
class RealTextTest {
    private static final DataFolder FOLDER = DataFolder.fromEnvironment();
    private static final Gpt2Bpe BPE = new Gpt2Bpe();

    private static String read(String name) {
        return new String(FOLDER.read(name, 1 << 24), StandardCharsets.UTF_8);
    }

    /** How GPT-2's vocabulary writes a byte: printable Latin-1 as itself, the others from U+0100 on. */
    private static int[] byteSymbols() {
        var symbols = new int[256];
        int next = 0x100;
        for (int b = 0; b < 256; b++) {
            boolean printable = (b > ' ' && b < 0x7F) || (b > 0xA0 && b != 0xAD);
            symbols[b] = printable ? b : next++;
        }
        return symbols;
    }

    @Test
    void idsAreThoseOfTheVocabulary() {
        assumeTrue(FOLDER.has("gpt2-bpe/encoder.json"));
        var symbols = byteSymbols();
        var entries =
                Pattern.compile("\"((?:[^\"\\\\]|\\\\.)+)\": (\\d+)")
                        .matcher(read("gpt2-bpe/encoder.json"));
        int found = 0;
        while (entries.find()) {
            int id = Integer.parseInt(entries.group(2));
            var decoded = BPE.decode(new int[] {id});
            if (!decoded.contains("\uFFFD") && id != BPE.endOfText()) {
                var written = new StringBuilder();
                for (byte b : decoded.getBytes(StandardCharsets.UTF_8)) {
                    written.appendCodePoint(symbols[b & 0xFF]);
                }
                assertThat(written.toString()).isEqualTo(unescaped(entries.group(1)));
            }
            found++;
        }
        assertThat(found).isEqualTo(BPE.size());
    }

    private static String unescaped(String json) {
        return Pattern.compile("\\\\(u[0-9a-f]{4}|.)")
                .matcher(json)
                .replaceAll(
                        match -> {
                            var escape = match.group(1);
                            var plain =
                                    escape.length() == 5
                                            ? Character.toString(
                                                    Integer.parseInt(escape.substring(1), 16))
                                            : escape;
                            return Matcher.quoteReplacement(plain);
                        });
    }

    @Test
    void theOpenWebTextSampleIsOneTextInBothFiles() {
        var text = "openwebtext-sample/owt10k-val.txt";
        var tokens = "openwebtext-sample/owt10k-val.gpt2.u16le.bin";
        assumeTrue(FOLDER.has(text) && FOLDER.has(tokens));
        var fromTokens = Documents.of(TokenFile.open(FOLDER, tokens));
        var fromText = TextCorpus.readText(FOLDER, text, Unit.GPT2_BPE).documents();
        assertThat(fromTokens.count()).isEqualTo(1_000).isEqualTo(fromText.count());
        for (int d = 0; d < fromTokens.count(); d++) {
            assertThat(fromText.ids(d)).isEqualTo(fromTokens.ids(d));
        }
        var all = IntStream.range(0, 1_000).flatMap(d -> IntStream.of(fromTokens.ids(d))).toArray();
        assertThat(BPE.decode(all)).isEqualTo(read(text));
    }

    /** The counts are nanoGPT's: 1,115,394 characters, 65 of them different; 338,025 GPT-2 tokens. */
    @Test
    void shakespeareHasThePublishedCounts() {
        assumeTrue(TextCorpus.isIn(FOLDER, Source.SHAKESPEARE, Unit.CHARACTERS));
        int all = Parts.ALL;
        var characters =
                TextCorpus.load(
                        FOLDER, Source.SHAKESPEARE, Unit.CHARACTERS, all, 11_540, 100_000, 0);
        assertThat(characters.train().size()).isEqualTo(1_003_854);
        assertThat(characters.tokenizer().size()).isEqualTo(65 + 1);
        int[] start = characters.train().window(0, 14);
        assertThat(characters.tokenizer().decode(start)).isEqualTo("First Citizen:");
        var bpe = TextCorpus.readText(FOLDER, "tinyshakespeare/input.txt", Unit.GPT2_BPE);
        assertThat(bpe.documents().ids(0)).hasSize(338_025);
    }
}
