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
        assertThat(summary.text()).isEqualTo("5 (n = 1)");
    }

    @Test
    void contrastsWithAReferenceAreCorrectedOverAllOfThem() {
        List<Result> rows = rows("standard", 2, 22, 42);
        rows.addAll(rows("bdia", 1.1, 21.0, 40.9));
        rows.addAll(rows("revnet", 1, 23, 43));
        Comparison comparison = Comparison.of(rows, "loss");
        List<Contrast> contrasts = comparison.against("standard");
        assertThat(contrasts).extracting(Contrast::method).containsExactly("bdia", "revnet");
        Contrast bdia = contrasts.get(0);
        assertThat(bdia.t().raw()).isEqualTo(comparison.contrast("bdia", "standard").t().holm());
        assertThat(bdia.t().holm()).isEqualTo(2 * bdia.t().raw());
        assertThat(contrasts.get(1).t().holm()).isEqualTo(contrasts.get(1).t().raw());

        var table = comparison.againstTable("standard");
        assertThat(table.name()).startsWith("loss: difference from standard").contains("2 methods");
        assertThat(table.stringColumn("seeds").asList()).containsExactly("3", "3");
        assertThat(table.doubleColumn("p Holm").get(0)).isEqualTo(bdia.t().holm());
        assertThat(table.doubleColumn("U p").get(0)).isEqualTo(bdia.u().raw());
        assertThatIllegalArgumentException().isThrownBy(() -> comparison.against("unheard of"));
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
                .withMessageContaining("[loss]");
    }

    @Test
    void tablePrintsTheNumberOfSeeds() {
        var table = Comparison.of(rows("bdia", 1, 2, 3), "loss").table();
        assertThat(table.columnNames())
                .containsExactly("method", "loss, mean ± std", "seeds", "95 % interval");
        assertThat(table.intColumn("seeds").get(0)).isEqualTo(3);
        assertThat(table.getString(0, 1)).isEqualTo("2 ± 1");
    }

    private static List<Result> rows(String method, double... values) {
        List<Result> rows = new ArrayList<>();
        for (double value : values) {
            rows.add(Samples.row(method, rows.size(), "loss", value));
        }
        return rows;
    }
}
