package org.bdia.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class SyntheticE2eTest {

    private static final E2eSplit SPLIT = SyntheticE2e.split(2_000, 500, 500, 7);

    @Test
    void noMeaningStandsInTwoParts() {
        Set<String> seen = new HashSet<>();
        for (List<E2eEntry> part : List.of(SPLIT.train(), SPLIT.validation(), SPLIT.test())) {
            List<String> meanings = part.stream().map(E2eEntry::meaning).distinct().toList();
            assertThat(seen).doesNotContainAnyElementsOf(meanings);
            seen.addAll(meanings);
        }
        assertThat(SPLIT.validation().stream().map(E2eEntry::meaning)).doesNotHaveDuplicates();
        assertThat(
                        Stream.of(SPLIT.train(), SPLIT.validation(), SPLIT.test())
                                .flatMap(List::stream)
                                .map(E2eEntry::id))
                .doesNotHaveDuplicates();
    }

    @Test
    void everyReferenceSaysEverySlot() {
        Pattern slot = Pattern.compile("\\[(.*?)]");
        for (E2eEntry entry : SPLIT.test()) {
            List<String> values =
                    slot.matcher(entry.meaning()).results().map(m -> m.group(1)).toList();
            assertThat(values).hasSizeBetween(3, 4);
            assertThat(entry.references())
                    .hasSize(3)
                    .doesNotHaveDuplicates()
                    .allSatisfy(sentence -> assertThat(sentence).contains(values));
        }
        assertThat(SPLIT.train()).allMatch(e -> e.references().size() == 1);
    }

    @Test
    void standInsAreLabelledAFunctionOfTheSeedAndHeldOutPartsStay() {
        E2eSplit few = SyntheticE2e.split(20, 4, 4, 7);

        assertThat(SyntheticE2e.split(20, 4, 4, 7)).isEqualTo(few);
        assertThat(SPLIT.train()).startsWith(few.train().toArray(E2eEntry[]::new));
        assertThat(SPLIT.test()).startsWith(few.test().toArray(E2eEntry[]::new));
        assertThat(SyntheticE2e.split(20, 4, 4, 8).test()).isNotEqualTo(few.test());
        assertThat(few.provenance().synthetic()).isTrue();
        assertThat(few.provenance().name())
                .isEqualTo(
                        "synthetic places, 20 training sentences, 4 validation meanings, 4 test"
                                + " meanings");
        assertThat(few.provenance().source()).contains("seed 7", "not real data");
    }

    @Test
    void numbersOutOfRangeAreRefused() {
        for (int[] sizes :
                new int[][] {{0, 1, 1}, {1, 501, 1}, {1, 1, Parts.ALL}, {10_001, 0, 0}}) {
            assertThatThrownBy(() -> SyntheticE2e.split(sizes[0], sizes[1], sizes[2], 1))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageEndingWith(
                            String.format(
                                    Locale.ROOT,
                                    "but are %d, %d and %d",
                                    sizes[0],
                                    sizes[1],
                                    sizes[2]));
        }
    }
}
