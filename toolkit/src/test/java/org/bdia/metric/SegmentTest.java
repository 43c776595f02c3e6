package org.bdia.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.function.BiFunction;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SegmentTest {
    static List<BiFunction<List<String>, List<List<String>>, Object>> everyScore() {
        return List.of(Bleu::corpus, Chrf::corpus, Nist::corpus, RougeL::corpus, Cider::corpus);
    }

    @ParameterizedTest
    @MethodSource("everyScore")
    void refusesWhatIsNoCorpus(BiFunction<List<String>, List<List<String>>, Object> score) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> score.apply(List.of("a", "b"), List.of(List.of("a"))))
                .withMessageContaining("2 hypotheses and 1 lists of references");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> score.apply(List.of("a", "b"), List.of(List.of("a"), List.of())))
                .withMessageContaining("hypothesis 1 ");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> score.apply(List.of(), List.of()))
                .withMessageContaining("empty corpus");
    }

    @ParameterizedTest
    @MethodSource("everyScore")
    void emptyTextIsLegalAndMatchesNothing(
            BiFunction<List<String>, List<List<String>>, Object> score) {
        List<String> hypotheses = List.of("", "the cat", "");
        Object empty =
                score.apply(
                        hypotheses, List.of(List.of("the cat sat"), List.of(""), List.of("", "")));
        Object disjoint =
                score.apply(hypotheses, List.of(List.of("x y z"), List.of(""), List.of("", "")));
        assertThat(empty).isEqualTo(disjoint);
    }
}
