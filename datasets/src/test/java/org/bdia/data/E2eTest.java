package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class E2eTest {

    private static final String GOOD =
            String.join(
                    "\r\n",
                    "mr,ref",
                    "\"name[A], food[B]\",\"A, \"\"the\"\" best.\"",
                    "name[C],C is here.",
                    "\"name[A], food[B]\",A has B.",
                    "");

    @TempDir private Path root;

    private DataFolder folder(String train) throws IOException {
        Path folder = Files.createDirectories(root.resolve("e2e-nlg"));
        Files.writeString(folder.resolve("trainset.csv"), train);
        Files.writeString(folder.resolve("devset.csv"), GOOD);
        Files.writeString(
                folder.resolve("testset_w_refs.csv"), GOOD.replace("mr,ref", "\"mr\",\"ref\""));
        return DataFolder.at(root);
    }

    @Test
    void trainingHasALineAnEntryAndHeldOutPartsAllReferencesOfAMeaning() throws IOException {
        E2eSplit split = E2e.load(folder(GOOD), Parts.ALL, Parts.ALL, 1, 0);

        assertThat(split.train())
                .containsExactly(
                        new E2eEntry("name[A], food[B]", List.of("A, \"the\" best."), 0),
                        new E2eEntry("name[C]", List.of("C is here."), 1),
                        new E2eEntry("name[A], food[B]", List.of("A has B."), 2));
        assertThat(split.validation())
                .containsExactly(
                        new E2eEntry(
                                "name[A], food[B]", List.of("A, \"the\" best.", "A has B."), 0),
                        new E2eEntry("name[C]", List.of("C is here."), 1));
        assertThat(split.test()).hasSize(1);
        assertThat(split.provenance().name())
                .isEqualTo("E2E NLG, 3 training sentences, 2 validation meanings, 1 test meanings");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "meaning,ref~a,b | expected the columns mr and ref, found the columns [meaning, ref]",
                "mr,ref,x~a,b,c | expected the columns mr and ref, found the columns [mr, ref, x]",
                "mr~a | expected the columns mr and ref, found the columns [mr]",
                "mr,ref~a,b,c | mr and ref, in line 2, found 3 fields [a, b, c]",
                "mr,ref~a | mr and ref, in line 2, found 1 fields [a]",
                "mr,ref~a,' ' | mr and ref, in line 2, found 2 fields [a, ]",
                "mr,ref~,b | mr and ref, in line 2, found 2 fields [, b]",
                "mr,ref~a,'b~c'~,d | mr and ref, in line 4, found 2 fields [, d]",
                "mr,ref~a,b~~a,b | mr and ref, in line 3, found 1 fields []",
                "mr,ref~a,b~a,'b | expected csv with every quote closed, found: (startline 3)",
                "mr,ref~a,'b'c | expected csv with every quote closed, found:"
            })
    void damagedFilesAreRefused(String text, String message) throws IOException {
        DataFolder folder = folder(text.replace("~", "\n").replace("'", "\""));

        assertThatThrownBy(() -> E2e.load(folder, 1, 1, 1, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("trainset.csv")
                .hasMessageContaining(message);
    }

    @Test
    void aLineBreakWithinASentenceBecomesASpace() throws IOException {
        DataFolder folder = folder("mr,ref\r\n a ,\"b\r\n  c\u00A0d \"\r\n");

        assertThat(E2e.load(folder, 1, 0, 0, 0).train())
                .containsExactly(new E2eEntry("a", List.of("b c d"), 0));
    }

    /** Verse and code are made of them. */
    @Test
    void ownCompletionsKeepTheWhiteSpaceWithin() throws IOException {
        Path file =
                Files.writeString(
                        root.resolve("own.csv"),
                        "\uFEFFprompt,completion\r\n\" def  f:\r\n    x \",\"\r\na\tb\r\n\r\n  c\r\n\"\r\n");
        E2eEntry entry = E2e.load(file, new Parts(1, 0, 0), 0).train().get(0);

        assertThat(entry.meaning()).isEqualTo("def  f:\n    x");
        assertThat(entry.references()).containsExactly("a\tb\n\n  c");
        assertThat(E2e.stripped(" def  f:\r\n    x ")).isEqualTo(entry.meaning());
        assertThat(E2e.stripped(entry.meaning())).isEqualTo(entry.meaning());
    }

    @Test
    void samplesGrowKeepTheFilesOrderAndAreAFunctionOfTheSeed() throws IOException {
        StringBuilder lines = new StringBuilder("mr,ref\n");
        for (int i = 0; i < 50; i++) {
            lines.append("m").append(i).append(",r").append(i).append('\n');
        }
        DataFolder folder = folder(lines.toString());
        List<E2eEntry> few = E2e.load(folder, 10, 0, 0, 5).train();
        List<E2eEntry> more = E2e.load(folder, 30, 0, 0, 5).train();

        assertThat(more).hasSize(30).containsAll(few).doesNotHaveDuplicates();
        assertThat(more).isSortedAccordingTo(Comparator.comparingLong(E2eEntry::id));
        assertThat(E2e.load(folder, 10, 0, 0, 5).train()).isEqualTo(few);
        assertThat(E2e.load(folder, 10, 0, 0, 6).train()).isNotEqualTo(few);
        assertThat(few).allMatch(e -> e.meaning().equals("m" + e.id()));
    }

    @Test
    void everyReferenceHasAnIdOfItsOwn() {
        List<Long> ids =
                LongStream.range(0, 200)
                        .mapToObj(line -> new E2eEntry("a", List.of("b", "c", "d"), line))
                        .flatMap(entry -> IntStream.range(0, 3).mapToObj(entry::id))
                        .toList();

        assertThat(ids).hasSize(600).doesNotHaveDuplicates();
        assertThat(ids.get(3 * 7)).isEqualTo(7);
    }

    @Test
    void anEntryNeedsAReference() {
        assertThatThrownBy(() -> new E2eEntry("a", List.of(), 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("an entry needs a reference at least, but 'a' has none");
    }

    @Test
    void otherBadInputIsRefused() throws IOException {
        DataFolder good = folder(GOOD);
        assertThatThrownBy(() -> E2e.load(good, 4, 1, 1, 0))
                .hasMessageContaining("trainset.csv: expected 4 entries, found 3");
        assertThatThrownBy(() -> E2e.load(good, 0, 1, 1, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but they are 0, 1 and 1");
        DataFolder empty = folder("");
        assertThatThrownBy(() -> E2e.load(empty, 1, 1, 1, 0))
                .hasMessageContaining("expected the columns mr and ref, found nothing");
        Files.write(
                root.resolve("e2e-nlg/trainset.csv"),
                "mr,ref\na,é\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThatThrownBy(() -> E2e.load(DataFolder.at(root), 1, 1, 1, 0))
                .hasMessageContaining("found the malformed byte 0xE9 at byte offset 9, line 2");
        assertThatThrownBy(() -> E2e.load(DataFolder.at(root.resolve("x")), 1, 1, 1, 0))
                .hasMessageContaining("no e2e-nlg/trainset.csv");
    }

    @Test
    void thePublishedFilesLoad() {
        DataFolder folder = DataFolder.fromEnvironment();
        assumeTrue(E2e.isIn(folder), "needs e2e-nlg in BDIA_DATA");
        E2eSplit split = E2e.load(folder, Parts.ALL, Parts.ALL, Parts.ALL, 0);

        assertThat(split.train()).hasSize(42_061);
        assertThat(split.validation()).hasSize(547);
        assertThat(split.test()).hasSize(630);
        assertThat(split.test().stream().mapToInt(e -> e.references().size()).sum())
                .isEqualTo(4_693);
        E2eSplit sample = E2e.load(folder, 100, 10, 10, 3);
        assertThat(E2e.load(folder, 100, 10, 10, 3)).isEqualTo(sample);
        assertThat(E2e.load(folder, 100, 10, 10, 4).test()).isNotEqualTo(sample.test());
    }
}
