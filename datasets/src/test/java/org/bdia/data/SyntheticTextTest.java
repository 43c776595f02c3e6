package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bdia.data.TextCorpus.Unit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SyntheticTextTest {
    private static final TextSplit SPLIT =
            SyntheticText.split(Unit.CHARACTERS, 20_000, 5_000, 5_000, 7);

    private static String text(TextSplit split, Tokens tokens) {
        return split.tokenizer().decode(tokens.window(0, tokens.size()));
    }

    private static Set<String> documents(Tokens tokens) {
        return Stream.of(text(SPLIT, tokens).split("\n\n", -1)).collect(Collectors.toSet());
    }

    @ParameterizedTest
    @EnumSource
    void theSizesAreThoseAskedFor(Unit unit) {
        var split = SyntheticText.split(unit, 1_001, 0, 500, 7);
        assertThat(split.train().size()).isEqualTo(1_001);
        assertThat(split.validation().size()).isZero();
        assertThat(split.test().size()).isEqualTo(500);
    }

    @Test
    void theTextIsAFunctionOfTheSeedWhateverTheSizes() {
        var more = SyntheticText.split(Unit.CHARACTERS, 30_000, 100, 100, 7);
        assertThat(text(more, more.train())).startsWith(text(SPLIT, SPLIT.train()));
        var other = SyntheticText.split(Unit.CHARACTERS, 20_000, 100, 100, 8);
        assertThat(text(other, other.train())).isNotEqualTo(text(SPLIT, SPLIT.train()));
    }

    @Test
    void bothUnitsReadTheSameText() {
        var bpe = SyntheticText.split(Unit.GPT2_BPE, 3_000, 10, 10, 7);
        var joined = text(bpe, bpe.train()).replace("<|endoftext|>", "\n\n");
        assertThat(text(SPLIT, SPLIT.train())).startsWith(joined.substring(0, 5_000));
    }

    @Test
    void partsShareNoDocuments() {
        assertThat(documents(SPLIT.train()))
                .doesNotContainAnyElementsOf(documents(SPLIT.validation()))
                .doesNotContainAnyElementsOf(documents(SPLIT.test()));
        assertThat(documents(SPLIT.test()))
                .doesNotContainAnyElementsOf(documents(SPLIT.validation()));
    }

    /** Two characters of context learnt from the training part must tell much, but not all, of the next. */
    @Test
    void itCanBeLearntButNotTrivially() {
        int size = SPLIT.tokenizer().size();
        var counts = new int[size][size][size];
        int[] train = SPLIT.train().window(0, SPLIT.train().size());
        for (int i = 2; i < train.length; i++) {
            counts[train[i - 2]][train[i - 1]][train[i]]++;
        }
        int[] test = SPLIT.test().window(0, SPLIT.test().size());
        double bits = 0;
        for (int i = 2; i < test.length; i++) {
            int[] next = counts[test[i - 2]][test[i - 1]];
            double total = 0.01 * size;
            for (int count : next) {
                total += count;
            }
            bits -= Math.log((next[test[i]] + 0.01) / total) / Math.log(2);
        }
        double perCharacter = bits / (test.length - 2);
        double uniform = Math.log(size) / Math.log(2);
        assertThat(perCharacter).isBetween(0.15 * uniform, 0.5 * uniform);
    }

    @Test
    void itIsLabelledSyntheticWhereverItAppears() {
        var provenance = SPLIT.train().provenance();
        assertThat(provenance.synthetic()).isTrue();
        assertThat(provenance.name())
                .isEqualTo("synthetic sentences, 20000 training tokens (characters)");
        assertThat(provenance.source()).contains("seed 7", "not real data");
        assertThat(provenance.sha256()).matches("[0-9a-f]{64}");
    }

    @Test
    void sizesOutOfRangeAreRefused() {
        assertThatThrownBy(() -> SyntheticText.split(Unit.CHARACTERS, Parts.ALL, 0, 0, 7))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll("train", "-1");
        assertThatThrownBy(() -> SyntheticText.split(Unit.CHARACTERS, 1, 0, Parts.ALL, 7))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
