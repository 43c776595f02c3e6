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

class StackVariantTest {

    private static final List<StackVariant> ALL = StackVariant.all();

    @Test
    void noTwoAreTheSame() {
        assertThat(ALL.stream().map(variant -> variant.toString().replaceFirst("name=[^=]*,", "")))
                .doesNotHaveDuplicates();
    }

    @Test
    void whatTheirDescriptionNamesIsThere() {
        assertThat(values(variant -> variant.depth())).containsExactlyInAnyOrder(2, 12, 24, 48);
        assertThat(values(variant -> variant.method().gamma()))
                .containsExactlyInAnyOrder(0.5, 0.25);
        assertThat(values(variant -> variant.method().level())).containsExactlyInAnyOrder(5, 9, 12);
        assertThat(values(variant -> variant.method().per()))
                .contains((Object[]) Method.Per.values());
        assertThat(values(variant -> variant.dropout())).containsExactlyInAnyOrder(0f, 0.1f);
        assertThat(values(variant -> variant.dropPath())).containsExactlyInAnyOrder(0.0, 0.1);
        assertThat(values(variant -> variant.activation()))
                .contains(ActivationConfig.inverted(ActivationConfig.Function.GELU));
        assertThat(ALL).anyMatch(variant -> variant.cross() && variant.activation().isInverted());
    }

    @Test
    void everyOneIsVerifiedAndRebuildsAState() {
        assertThat(ALL).allMatch(variant -> variant.execution().verify());
        assertThat(ALL).allMatch(variant -> variant.rebuilt() >= 1);
        for (StackVariant variant : ALL) {
            Execution execution = variant.execution();
            if (variant.name().equals("mixed")) {
                assertThat(execution.stored()).isPositive();
                assertThat(execution.checkpointed()).isPositive();
                assertThat(variant.rebuilt())
                        .isEqualTo(variant.depth() - 2 * (variant.depth() / 12) - 1);
            }
        }
    }

    private static Set<Object> values(Function<StackVariant, Object> of) {
        return ALL.stream().map(of).collect(Collectors.toSet());
    }
}
