package org.bdia.ci.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.bdia.measure.Point;
import org.junit.jupiter.api.Test;

class GridTest {

    @Test
    void anEmptyGridIsRefused() {
        assertThatThrownBy(() -> Grid.groups(true, false, "gpt", null))
                .hasMessageContaining("nothing to measure");
    }

    @Test
    void theGridHasTheMethodsOfTheTableAndThePeersOnes() {
        List<Point> quick = Grid.groups(true, false, null, List.of(12)).get(0);
        assertThat(quick.stream().map(p -> p.method() + p.backprop() + p.variant()))
                .containsExactly("standardstorefast", "bdiareversiblefast", "bdiareversiblelean");
        List<Point> full = Grid.groups(false, true, "vit", List.of(12)).get(0);
        assertThat(full).doesNotHaveDuplicates().hasSize(2 * (7 + 4));
    }
}
