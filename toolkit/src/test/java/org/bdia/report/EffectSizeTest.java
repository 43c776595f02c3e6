package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class EffectSizeTest {
    @Test
    void standardisesByWhatScatters() {
        assertThat(EffectSize.dz(new double[] {1, 2, 3})).isEqualTo(2);
        // s = 1, mean difference −2, ν = 4: J = Γ(2) / (√2 Γ(3/2)) = √(2/π).
        double g = EffectSize.hedgesG(new double[] {1, 2, 3}, new double[] {3, 4, 5});
        assertThat(g).isCloseTo(-2 * Math.sqrt(2 / Math.PI), within(1e-14));
    }

    @Test
    void theFactorIsTheRatioOfGammas() {
        assertThat(EffectSize.unbiased(2)).isCloseTo(1 / Math.sqrt(Math.PI), within(1e-15));
        assertThat(EffectSize.unbiased(3)).isCloseTo(Math.sqrt(Math.PI / 6), within(1e-15));
        for (int freedom = 10; freedom < 200; freedom++) {
            assertThat(EffectSize.unbiased(freedom))
                    .as("Hedges' approximation, of second order")
                    .isCloseTo(1 - 3 / (4.0 * freedom - 1), within(0.05 / (freedom * freedom)));
        }
    }

    @Test
    void knowsNoUnitAndNoDirection() {
        double[] x = {1, 2, 4, 8};
        double[] y = {2, 3, 5};
        double g = EffectSize.hedgesG(x, y);
        assertThat(EffectSize.hedgesG(y, x)).isEqualTo(-g);
        double[] tenX = {10, 20, 40, 80};
        assertThat(EffectSize.hedgesG(tenX, new double[] {20, 30, 50})).isCloseTo(g, within(1e-14));
    }

    @Test
    void withoutScatterThereIsNoUnit() {
        assertThat(EffectSize.dz(new double[] {1, 1})).isNaN();
        assertThat(EffectSize.dz(new double[] {1})).isNaN();
        assertThat(EffectSize.hedgesG(new double[] {1, 1}, new double[] {2, 2})).isNaN();
        assertThat(EffectSize.hedgesG(new double[] {1}, new double[] {2, 3})).isNaN();
    }
}
