package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComparisonTest {
    @Test
    void meanDeviationAndIntervalAreStudents() {
        var summary = Comparison.of(rows("bdia", 1, 2, 3), "loss").summary("bdia");
        assertThat(summary.n()).isEqualTo(3);
        assertThat(summary.mean()).isEqualTo(2);
        assertThat(summary.std()).isEqualTo(1);
        // t(0.975, 2) = sqrt(2 p^2 / (1 - p^2)) with p = 0.95, in closed form.
        double t = 0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95));
        assertThat(summary.high() - 2).isCloseTo(t / Math.sqrt(3), within(1e-9));
        assertThat(2 - summary.low()).isCloseTo(t / Math.sqrt(3), within(1e-9));
    }

    @Test
    void oneSeedHasNoSpread() {
        var summary = Comparison.of(rows("bdia", 5), "loss").summary("bdia");
        assertThat(summary.std()).isNaN();
        assertThat(summary.low()).isNaN();
    }

    @Test
    void contrastsWithAReferenceAreCorrectedOverAllOfThem() {
        List<Result> rows = rows("standard", 2, 22, 42);
        rows.addAll(rows("bdia", 1.1, 21.0, 40.9));
        rows.addAll(rows("revnet", 1, 23, 43));
        Comparison comparison = Comparison.of(rows, "loss");
        var table = comparison.againstTable("standard");
        double bdia = comparison.contrast("bdia", "standard").estimate().p();
        double revnet = comparison.contrast("revnet", "standard").estimate().p();
        assertThat(table.stringColumn("method").asList()).containsExactly("bdia", "revnet");
        assertThat(table.doubleColumn("p").asList()).containsExactly(bdia, revnet);
        assertThat(table.doubleColumn("p Holm").asList()).containsExactly(2 * bdia, revnet);
        assertThat(table.name()).startsWith("loss: difference from standard").contains("2 methods");
        assertThat(table.intColumn("seeds").asList()).containsExactly(3, 3);
        assertThat(table.intColumn("seeds of standard").asList()).containsExactly(3, 3);
        assertThat(table.columnNames()).as("three seeds").doesNotContain("U p");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> comparison.againstTable("unheard of"));
    }

    /** t(0.975, 3) = 3.1824 and s² = 5/3, so that (t s)² = 16.88. */
    @Test
    void theScatterOfFourPairsSaysHowManyAHalfWidthNeeds() {
        List<Result> rows = rows("standard", 10, 20, 30, 40);
        rows.addAll(rows("bdia", 11, 22, 33, 44));
        rows.addAll(rows("revnet", 9));
        Comparison comparison = Comparison.of(rows, "loss");
        assertThat(comparison.seedsFor("bdia", "standard", 1)).isEqualTo(17);
        assertThat(comparison.seedsFor("standard", "bdia", 2)).isEqualTo(5);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> comparison.seedsFor("bdia", "standard", 0))
                .withMessageContaining("half width is 0.0");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> comparison.seedsFor("bdia", "revnet", 1))
                .withMessageContaining("two seeds or more");
    }

    @Test
    void refusesRowsThatAreNotOneExperiment() {
        List<Result> twice = rows("bdia", 1);
        twice.addAll(rows("bdia", 2));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.of(twice, "loss"))
                .withMessageContaining("seed 0");
        List<Result> rows = rows("bdia", 1, 2);
        Comparison comparison = Comparison.of(rows, "loss");
        assertThatIllegalArgumentException().isThrownBy(() -> comparison.summary("revnet"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Comparison.of(rows, "accuracy"))
                .withMessage("there is no metric 'accuracy'; there are loss");
    }

    @Test
    void tableHasNumbersAndPrintsTheNumberOfSeeds() {
        var table = Comparison.of(rows("bdia", 1, 2, 3), "loss").table();
        assertThat(table.columnNames())
                .containsExactly("method", "loss", "loss std", "loss n", "95 % low", "95 % high");
        assertThat(table.intColumn("loss n").get(0)).isEqualTo(3);
        assertThat(table.doubleColumn("95 % low").get(0)).isLessThan(2);
        assertThat(Tables.markdown(table)).contains("| bdia | 2.0 ± 1.0 (n = 3) | -0.4841 |");
    }

    @Test
    void tableHasNoIntervalOfTwoSeeds() {
        var table = Comparison.of(rows("bdia", 0.01, 0.02), "loss").table();
        assertThat(table.doubleColumn("95 % low").isMissing(0)).isTrue();
        assertThat(table.doubleColumn("95 % high").isMissing(0)).isTrue();
        assertThat(table.name()).endsWith("no 95 % interval of fewer than 3 seeds");
    }

    private static List<Result> rows(String method, double... values) {
        List<Result> rows = new ArrayList<>();
        for (double value : values) {
            rows.add(Samples.row(method, rows.size(), "loss", value));
        }
        return rows;
    }
}
