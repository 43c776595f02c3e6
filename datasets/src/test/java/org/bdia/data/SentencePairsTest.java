package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SentencePairsTest {

    @TempDir private Path root;

    private DataFolder folder(String text) throws IOException {
        return folder(text.getBytes(StandardCharsets.UTF_8));
    }

    private DataFolder folder(byte[] bytes) throws IOException {
        Path file = root.resolve("eng-fra/eng-fra.txt");
        Files.createDirectories(file.getParent());
        Files.write(file, bytes);
        return DataFolder.at(root);
    }

    /** 60 pairs of 20 sentences, three translations each, the case and mark of the sentence varying. */
    private static String sixty() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            text.append("Go ").append(i).append(".\tVa ").append(i).append(" !\n");
            text.append("go ").append(i).append("!\tAllez ").append(i).append(".\n");
            text.append("Go  ").append(i).append("\tAller ").append(i).append("\tCC-BY\n");
        }
        return text.toString();
    }

    @Test
    void noSentenceStandsInTwoPartsAndEachPartHasItsSize() throws IOException {
        PairSplit split = SentencePairs.load(folder(sixty()), 30, 7, 10, 5, 1);

        assertThat(split.train()).hasSize(30);
        assertThat(split.validation()).hasSize(7);
        assertThat(split.test()).hasSize(10);
        Set<String> seen = new HashSet<>();
        for (List<SentencePair> part : List.of(split.train(), split.validation(), split.test())) {
            Set<String> keys =
                    part.stream()
                            .map(p -> p.source().toLowerCase(Locale.ROOT).replaceAll("[.!]", ""))
                            .collect(Collectors.toSet());
            assertThat(seen).doesNotContainAnyElementsOf(keys);
            seen.addAll(keys);
        }
        assertThat(split.provenance().name())
                .isEqualTo("English–French, 30 training pairs, 7 validation, 10 test");
    }

    @Test
    void theSplitIsAFunctionOfTheSeedAndHeldOutPartsStayWhileTrainingGrows() throws IOException {
        DataFolder folder = folder(sixty());
        PairSplit one = SentencePairs.load(folder, 12, 6, 6, 5, 1);

        assertThat(SentencePairs.load(folder, 12, 6, 6, 5, 1)).isEqualTo(one);
        assertThat(SentencePairs.load(folder, 12, 6, 6, 5, 2).test()).isNotEqualTo(one.test());
        PairSplit all = SentencePairs.load(folder, Parts.ALL, 6, 6, 5, 1);
        assertThat(all.test()).isEqualTo(one.test());
        assertThat(all.validation()).isEqualTo(one.validation());
        assertThat(all.train()).hasSize(48).containsAll(one.train());
        for (Parts parts : List.of(new Parts(12, Parts.ALL, 6), new Parts(12, 6, Parts.ALL))) {
            PairSplit rest = SentencePairs.load(folder.locate("eng-fra/eng-fra.txt"), parts, 5, 1);
            assertThat(rest.train()).hasSize(12);
            assertThat(rest.validation().size() + rest.test().size()).isEqualTo(48);
        }
    }

    /** Of 60 pairs, 48 are four fifths; the others take whole sentences of three, and leave 45. */
    @Test
    void aFractionToTrainOnIsAnUpperBound() throws IOException {
        Path file = folder(sixty()).locate("eng-fra/eng-fra.txt");
        PairSplit split = SentencePairs.load(file, new Parts(0.8, 7, 4), 5, 1);
        PairSplit rest = SentencePairs.load(file, new Parts(Parts.ALL, 7, 4), 5, 1);

        assertThat(split.train()).hasSize(45).isEqualTo(rest.train());
        assertThat(SentencePairs.load(file, new Parts(0.5, 7, 4), 5, 1).train()).hasSize(30);
        assertThatThrownBy(() -> SentencePairs.load(file, new Parts(48, 7, 4), 5, 1))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(
                        "expected 48 training pairs besides the other parts, found 45");
    }

    @Test
    void textIsNormalisedAndLongPairsAreLeftOut() throws IOException {
        String text =
                """
                Let\u2019s go.\tAllons\u00A0y\u202F!
                A b c d\te
                \u201CCafe\u0301\u201D\tx   y
                """;
        PairSplit split = SentencePairs.load(folder(text), Parts.ALL, 0, 0, 3, 0);

        assertThat(split.train())
                .containsExactlyInAnyOrder(
                        new SentencePair("Let's go.", "Allons y !", 0),
                        new SentencePair("\"Café\"", "x y", 2));
        assertThat(split.provenance().source())
                .isEqualTo("eng-fra/eng-fra.txt; 1 of 3 pairs left out, longer than 3 words");
    }

    @Test
    void sentencesThatDifferInCaseAndClosingMarksAreOne() {
        assertThat(List.of("GO ON", "go on.", "Go on !", "Go on\u2026", "go on?\"", "Go on"))
                .allSatisfy(s -> assertThat(SentencePairs.key(s)).isEqualTo("go on"));
        assertThat(SentencePairs.key("\"Go\" on")).isEqualTo("\"go\" on");
        assertThat(SentencePairs.key("\u00C9t\u00E9.")).isEqualTo("\u00E9t\u00E9");
    }

    @Test
    void everySpaceBecomesOnePlainSpace() {
        assertThat(SentencePairs.normalise("\t a\u00A0\u202Fb\u2009c \u3000d\r"))
                .isEqualTo("a b c d");
        assertThat(SentencePairs.normalise("\u2018A\u2019 \u201Cb\u201D \u00ABe\u0301\u00BB"))
                .isEqualTo("'A' \"b\" \u00AB\u00E9\u00BB");
    }

    @Test
    void badFilesAndRequestsAreRefused() throws IOException {
        assertThatThrownBy(() -> SentencePairs.load(folder("a\tb\nc\n"), 1, 0, 0, 9, 0))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("eng-fra.txt: expected a sentence, a tab and its translation")
                .hasMessageContaining("in line 2, found no tab in 'c';");
        assertThatThrownBy(() -> SentencePairs.load(folder("a\t \n"), 1, 0, 0, 9, 0))
                .hasMessageContaining("in line 1, found an empty side in 'a\t ';");
        assertThatThrownBy(() -> SentencePairs.load(folder("c".repeat(500) + "\n"), 1, 0, 0, 9, 0))
                .hasMessageContaining("found no tab in '" + "c".repeat(80) + "';");
        assertThatThrownBy(() -> SentencePairs.load(folder("\n\na\tb\n"), 1, 0, 0, 9, 0))
                .hasMessageContaining("in line 1, found no tab in ''");
        byte[] latin = {'a', 9, (byte) 0xE9, 10};
        assertThatThrownBy(() -> SentencePairs.load(folder(latin), 1, 0, 0, 9, 0))
                .hasMessageContaining("found the malformed byte 0xE9 at byte offset 2, line 1");
        assertThatThrownBy(() -> SentencePairs.load(folder("a\tb\n"), 1, 1, 0, 9, 0))
                .hasMessageContaining("expected 1 training pairs besides the other parts, found 0");
        assertThatThrownBy(() -> SentencePairs.load(folder("a\tb\n"), Parts.ALL, 0, 1, 9, 0))
                .hasMessageContaining(
                        "expected some training pairs besides the other parts, found 0");
        assertThatThrownBy(() -> SentencePairs.load(folder("a b\tc\n"), 1, 0, 0, 1, 0))
                .hasMessageContaining("or for longer sentences");
        assertThatThrownBy(() -> SentencePairs.load(folder("a\tb\n"), 0, 0, 0, 9, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("but they are 0, 0, 0 and 9");
        assertThatThrownBy(
                        () -> SentencePairs.load(DataFolder.at(root.resolve("x")), 1, 0, 0, 9, 0))
                .hasMessageContaining("no eng-fra/eng-fra.txt");
    }

    @Test
    void thePublishedFileLoadsAndItsPartsShareNoSentence() {
        DataFolder folder = DataFolder.fromEnvironment();
        assumeTrue(SentencePairs.isIn(folder), "needs eng-fra in BDIA_DATA");
        PairSplit split = SentencePairs.load(folder, 20_000, 1_000, 1_000, 15, 0);
        List<String> french = split.train().stream().map(SentencePair::target).toList();
        Vocabulary vocabulary = Vocabulary.bpe(french, 2_000);

        assertThat(split.train()).hasSize(20_000);
        assertThat(split.validation()).hasSize(1_000);
        assertThat(split.test()).hasSize(1_000);
        Set<String> learned =
                split.train().stream()
                        .map(pair -> SentencePairs.key(pair.source()))
                        .collect(Collectors.toSet());
        Set<String> chosenBy =
                split.validation().stream()
                        .map(pair -> SentencePairs.key(pair.source()))
                        .collect(Collectors.toSet());
        assertThat(split.test())
                .extracting(pair -> SentencePairs.key(pair.source()))
                .noneMatch(learned::contains)
                .noneMatch(chosenBy::contains);
        assertThat(chosenBy).noneMatch(learned::contains);
        assertThat(split.train())
                .allMatch(
                        pair ->
                                pair.source().split(" ").length <= 15
                                        && pair.target().split(" ").length <= 15);
        assertThat(vocabulary.size()).isEqualTo(2_000);
        assertThat(french).allMatch(s -> vocabulary.decode(vocabulary.encode(s)).equals(s));
    }
}
