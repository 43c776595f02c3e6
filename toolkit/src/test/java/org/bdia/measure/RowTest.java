package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RowTest {

    /** The ranks are those of tables of the sign test. */
    @ParameterizedTest
    @CsvSource({"6, 1", "8, 1", "9, 2", "12, 3", "15, 4", "20, 6", "25, 8"})
    void theIntervalOfAMedianIsThatOfTheSignTest(int rounds, int rank) {
        List<Double> times =
                DoubleStream.iterate(rounds, t -> t - 1).limit(rounds).boxed().toList();
        Row.Ratio ratio = Row.Ratio.of(times, Collections.nCopies(rounds, 1.0));
        assertThat(ratio).isEqualTo(new Row.Ratio((rounds + 1) / 2.0, rank, rounds + 1 - rank));
    }

    @Test
    void fewRoundsHaveAMedianAlone() {
        Row.Ratio ratio = Row.Ratio.of(List.of(1.0, 3.0, 8.0), List.of(1.0, 2.0, 4.0));
        assertThat(ratio.median()).isEqualTo(1.5);
        assertThat(ratio.low()).isNaN();
        assertThat(ratio).hasToString("1.50");
    }

    @Test
    void withoutAnythingToCompareThereIsNoRatio() {
        assertThat(Row.Ratio.of(List.of(1.0), null)).hasToString("");
        assertThat(new Row.Ratio(0.5, 0.25, 0.75)).hasToString("0.50 (0.25–0.75)");
    }
}
