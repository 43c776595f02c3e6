package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
        E2eSplit split = E2e.load(folder(GOOD), E2e.ALL, E2e.ALL, 1, 0);

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
                "mr~a | expected the columns mr and ref, found the columns [mr]",
                "mr,ref~a,b,c | in record 2, found the fields [a, b, c]",
                "mr,ref~a | in record 2, found the fields [a]",
                "mr,ref~a,' ' | in record 2, found the fields [a,  ]",
                "mr,ref~a,\"b | expected csv with every quote closed, found:"
            })
    void damagedFilesAreRefused(String text, String message) throws IOException {
        DataFolder folder = folder(text.replace("~", "\n").replace("'", "\""));

        assertThatThrownBy(() -> E2e.load(folder, 1, 1, 1, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("trainset.csv")
                .hasMessageContaining(message);
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
                .hasMessageContaining("found the malformed byte 0xE9 at byte offset 9");
        assertThatThrownBy(() -> E2e.load(DataFolder.at(root.resolve("x")), 1, 1, 1, 0))
                .hasMessageContaining("no e2e-nlg/trainset.csv");
    }

    @Test
    void thePublishedFilesLoad() {
        DataFolder folder = DataFolder.fromEnvironment();
        assumeTrue(E2e.isIn(folder), "needs e2e-nlg in BDIA_DATA");
        E2eSplit split = E2e.load(folder, E2e.ALL, E2e.ALL, E2e.ALL, 0);

        assertThat(split.train()).hasSize(42_061);
        assertThat(split.validation()).hasSize(547);
        assertThat(split.test()).hasSize(630);
        assertThat(split.test().stream().mapToInt(e -> e.references().size()).sum())
                .isEqualTo(4_693);
        E2eSplit sample = E2e.load(folder, 100, 10, 10, 3);
        assertThat(E2e.load(folder, 100, 10, 10, 3)).isEqualTo(sample);
        assertThat(E2e.load(folder, 100, 10, 10, 4).test()).isNotEqualTo(sample.test());
    }

    @Test
    void standInsAreLabelledAndAFunctionOfTheSeed() {
        E2eSplit split = SyntheticE2e.split(20, 4, 4, 7);

        assertThat(SyntheticE2e.split(20, 4, 4, 7)).isEqualTo(split);
        assertThat(split.provenance().synthetic()).isTrue();
        assertThat(split.provenance().name()).startsWith("synthetic");
        assertThat(split.train()).hasSize(20);
    }
}
