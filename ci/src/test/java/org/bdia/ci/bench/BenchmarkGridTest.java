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
    void theGridHasTheMethodsOfTheTableAndThePeersOnes() {
        List<Point> quick = BenchmarkGrid.groups(true, false, null, List.of(12)).get(0);
        assertThat(quick.stream().map(p -> p.method() + p.backprop() + p.variant()))
                .containsExactly("standardstorefast", "bdiareversiblefast", "bdiareversiblelean");
        List<Point> full = BenchmarkGrid.groups(false, true, "vit", List.of(12)).get(0);
        assertThat(full).doesNotHaveDuplicates().hasSize(2 * (7 + 4));
    }
}
