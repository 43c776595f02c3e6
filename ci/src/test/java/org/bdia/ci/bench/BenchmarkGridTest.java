package org.bdia.ci.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bdia.measure.Point;
import org.junit.jupiter.api.Test;

class BenchmarkGridTest {

    @Test
    void anEmptyGridIsRefused() {
        assertThatThrownBy(() -> BenchmarkGrid.groups(true, false, "gpt", null))
                .hasMessageContaining("nothing to measure");
    }

    @Test
    void aDepthThatIsNotMeasuredIsRefused() {
        assertThatThrownBy(() -> BenchmarkGrid.groups(false, false, "vit", List.of(5, 12)))
                .hasMessageContaining("--depths are [5, 12], but only those of [6, 12, 24, 48]");
        assertThatThrownBy(() -> BenchmarkGrid.groups(true, false, null, List.of(6)))
                .hasMessageContaining("[12, 24]");
        assertThatThrownBy(() -> BenchmarkGrid.groups(false, false, "gpt2-medium", List.of(3)))
                .hasMessageContaining("[24]");
        assertThat(BenchmarkGrid.groups(false, false, "gpt2-medium", List.of(24))).isNotEmpty();
    }

    @Test
    void theGridHasTheMethodsOfTheTableAndThePeersOnes() {
        List<Point> quick = BenchmarkGrid.groups(true, false, null, List.of(12)).get(0);
        assertThat(quick.stream().map(p -> p.method() + p.backprop() + p.variant()))
                .containsExactly("standardstorefast", "bdiareversiblefast", "bdiareversiblelean");
        List<List<Point>> full = BenchmarkGrid.groups(false, true, "vit", List.of(12));
        assertThat(full).hasSize(2);
        assertThat(full.get(0)).doesNotHaveDuplicates().hasSize(2 * (4 + 3) + 1);
        assertThat(full.get(0)).noneMatch(Point::countsAll);
    }

    @Test
    void wholeStepsOfLanguageModelsHaveThePeersBestRows() {
        List<Point> whole = BenchmarkGrid.groups(false, true, "gpt", List.of(12)).get(1);
        assertThat(whole).allMatch(p -> p.countsAll() && p.vocabulary() == 50_257);
        assertThat(whole.stream().map(p -> p.engine() + " " + p.backprop() + " " + p.step()))
                .containsExactly(
                        "djl store whole",
                        "djl reversible per-block",
                        "python store whole",
                        "python checkpoint per-block");
        assertThat(whole.get(1).variant()).isEqualTo("lean");
        assertThat(whole.get(1).headTokens()).isEqualTo(128);
    }

    @Test
    void pointsOfGpt2MediumAreNotAliveTogether() {
        List<List<Point>> medium = BenchmarkGrid.groups(false, true, "gpt2-medium", null);
        assertThat(medium).hasSize(4).allMatch(group -> group.size() == 1);
    }
}
