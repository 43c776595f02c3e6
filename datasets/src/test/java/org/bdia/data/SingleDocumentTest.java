package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.bdia.data.TextCorpusTest.texts;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.bdia.data.TextCorpus.Source;
import org.bdia.data.TextCorpus.Unit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A text of one document is split by position. */
class SingleDocumentTest {

    @TempDir private Path root;

    private Path write(String name, String text) throws IOException {
        return TestFiles.write(root.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes the corpus, and returns it. */
    private String numbers() throws IOException {
        var text = IntStream.range(0, 300).mapToObj(i -> i + " ").collect(Collectors.joining());
        write("tinyshakespeare/input.txt", text);
        return text;
    }

    @ParameterizedTest
    @EnumSource
    void oneDocumentIsSplitByPosition(Unit unit) throws IOException {
        var text = numbers();
        int train = shakespeare(unit, Parts.ALL, 0, 0, 0).train().size();
        var rest = shakespeare(unit, 20, Parts.ALL, 0, 0);
        int held = rest.validation().size();
        assertThat(train).isEqualTo((train + held) * 9 / 10);

        var split = shakespeare(unit, train, 7, held - 7, 0);
        assertThat(String.join("", texts(split))).isEqualTo(text);
        assertThat(rest.validation().window(0, 3)).isEqualTo(split.validation().window(0, 3));
        assertThatThrownBy(() -> shakespeare(unit, train + 1, 0, 0, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(
                        "input.txt", (train + 1) + " training", "first " + train + " of");
        assertThatThrownBy(() -> shakespeare(unit, train, held, 1, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll(held + " validation", "first " + (train - 1) + " of");
    }

    /** Held-out parts of up to a tenth begin where they always did, after nine tenths. */
    @ParameterizedTest
    @CsvSource({
        "0.8, 0.1, 0.1, 800, 100, 100",
        "-1, 0.1, 0.1, 800, 100, 100",
        "0.95, 0.3, 50, 650, 300, 50",
        "0.5, 0.2, 0, 500, 200, 0",
        "0.99, 0.05, 0.05, 900, 50, 50"
    })
    void oneDocumentHoldsOutMoreThanATenth(
            double train, double validation, double test, int trained, int validated, int tested)
            throws IOException {
        var text =
                IntStream.range(0, 1000).mapToObj(i -> "" + i % 10).collect(Collectors.joining());
        var file = write("own.txt", text);
        var split = TextCorpus.load(file, Unit.CHARACTERS, new Parts(train, validation, test), 0);
        int end = 1000 - validated - tested;
        assertThat(texts(split))
                .containsExactly(
                        text.substring(0, trained),
                        text.substring(end, end + validated),
                        text.substring(end + validated));
    }

    @ParameterizedTest
    @EnumSource
    void aSeedDrawsThePlaceWhereOneDocumentBegins(Unit unit) throws IOException {
        var text = numbers();
        int train = shakespeare(unit, Parts.ALL, 0, 0, 0).train().size();
        int held = shakespeare(unit, 20, Parts.ALL, 0, 0).validation().size();
        var begins = new TreeSet<String>();
        for (long seed = 1; seed <= 20; seed++) {
            var all = texts(shakespeare(unit, train, 7, held - 7, seed));
            assertThat(text + text).contains(String.join("", all));
            assertThat(texts(shakespeare(unit, train / 2, 7, held - 7, seed)).subList(1, 3))
                    .isEqualTo(all.subList(1, 3));
            begins.add(all.get(0));
        }
        assertThat(begins).hasSizeGreaterThan(15);
    }

    private TextSplit shakespeare(Unit unit, int train, int validation, int test, long seed) {
        return TextCorpus.load(
                DataFolder.at(root), Source.SHAKESPEARE, unit, train, validation, test, seed);
    }
}
