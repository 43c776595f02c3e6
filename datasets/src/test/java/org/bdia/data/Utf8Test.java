package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.bdia.data.TextCorpus.Unit;
import org.bdia.io.Sha256;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a program on Windows saves is what it was given. */
class Utf8Test {

    private static final String MARK = "\uFEFF";

    @TempDir private Path root;

    @Test
    void oneMarkIsDroppedAndLinesEndAlike() {
        assertThat(decode(MARK + "a\r\nb\n")).isEqualTo("a\nb\n");
        assertThat(decode(MARK + MARK + "a" + MARK)).isEqualTo(MARK + "a" + MARK);
        assertThat(decode("a\rb")).isEqualTo("a\rb");
        assertThat(decode(MARK)).isEmpty();
    }

    @Test
    void aMarkedSentenceIsTheSameSentence() throws IOException {
        String text = "Wait.\tAttends.\nWAIT!\tAttendez !\n";
        PairSplit split = SentencePairs.load(saved("eng-fra/eng-fra.txt", text), -1, 0, 0, 9, 0);

        assertThat(split.train())
                .extracting(SentencePair::source)
                .containsExactlyInAnyOrder("Wait.", "WAIT!");
    }

    @Test
    void theFirstColumnOfAMarkedTableIsFound() throws IOException {
        for (String part : List.of("trainset", "devset", "testset_w_refs")) {
            saved("e2e-nlg/" + part + ".csv", "mr,ref\nname[A],A is here.\n");
        }

        assertThat(E2e.load(DataFolder.at(root), 1, 0, 0, 0).train())
                .containsExactly(new E2eEntry("name[A]", List.of("A is here."), 0));
    }

    @Test
    void aCorpusHasTheSameCharacters() throws IOException {
        String text = "one two\n".repeat(40);
        saved("windows.txt", text);
        TestFiles.write(root.resolve("plain.txt"), text.getBytes(StandardCharsets.UTF_8));

        assertThat(ids("windows.txt")).isEqualTo(ids("plain.txt"));
    }

    private int[] ids(String name) {
        Tokens train =
                TextCorpus.load(root.resolve(name), Unit.CHARACTERS, new Parts(200, 10, 10), 0)
                        .train();
        return train.window(0, train.size());
    }

    @Test
    void namesAndChecksumsAreRead() throws IOException {
        byte[] names = (MARK + "a\r\nb\r\n").getBytes(StandardCharsets.UTF_8);
        TestFiles.write(root.resolve("names"), names);
        saved("names.sha256", Sha256.of(names) + "  names\n");

        assertThat(DataFolder.at(root).lines("names")).containsExactly("a", "b");
    }

    @Test
    void aMarkOfUtf16IsNoText() {
        assertThatThrownBy(() -> Utf8.decode("a.txt", "a".getBytes(StandardCharsets.UTF_16)))
                .isInstanceOf(DataException.class)
                .hasMessageContainingAll("a.txt", "expected UTF-8", "convert the file to UTF-8");
    }

    private static String decode(String text) {
        return Utf8.decode("a.txt", text.getBytes(StandardCharsets.UTF_8));
    }

    /** Writes a file as an editor on Windows saves it. */
    private DataFolder saved(String name, String text) throws IOException {
        String windows = MARK + text.replace("\n", "\r\n");
        TestFiles.write(root.resolve(name), windows.getBytes(StandardCharsets.UTF_8));
        return DataFolder.at(root);
    }
}
