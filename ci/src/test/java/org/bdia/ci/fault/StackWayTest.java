package org.bdia.ci.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Execution;
import org.bdia.config.Method;
import org.junit.jupiter.api.Test;

class StackWayTest {

    private static final List<StackWay> ALL = StackWay.all();

    @Test
    void noTwoAreTheSame() {
        assertThat(ALL.stream().map(way -> way.toString().replaceFirst("name=[^=]*,", "")))
                .doesNotHaveDuplicates();
    }

    @Test
    void whatTheirDescriptionNamesIsThere() {
        assertThat(values(way -> way.depth())).containsExactlyInAnyOrder(2, 12, 24, 48);
        assertThat(values(way -> way.method().gamma())).containsExactlyInAnyOrder(0.5, 0.25);
        assertThat(values(way -> way.method().level())).containsExactlyInAnyOrder(5, 9, 12);
        assertThat(values(way -> way.method().per())).contains((Object[]) Method.Per.values());
        assertThat(values(way -> way.dropout())).containsExactlyInAnyOrder(0f, 0.1f);
        assertThat(values(way -> way.dropPath())).containsExactlyInAnyOrder(0.0, 0.1);
        assertThat(values(way -> way.activation()))
                .contains(ActivationConfig.inverted(ActivationConfig.Function.GELU));
        assertThat(ALL).anyMatch(way -> way.cross() && way.activation().isInverted());
    }

    @Test
    void everyOneIsVerifiedAndRebuildsAState() {
        assertThat(ALL).allMatch(way -> way.execution().verify());
        assertThat(ALL).allMatch(way -> way.rebuilt() >= 1);
        for (StackWay way : ALL) {
            Execution execution = way.execution();
            if (way.name().equals("mixed")) {
                assertThat(execution.stored()).isPositive();
                assertThat(execution.checkpointed()).isPositive();
                assertThat(way.rebuilt()).isEqualTo(way.depth() - 2 * (way.depth() / 12) - 1);
            }
        }
    }

    private static Set<Object> values(Function<StackWay, Object> of) {
        return ALL.stream().map(of).collect(Collectors.toSet());
    }
}
