package org.bdia.reversible;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashSet;
import java.util.Set;
import java.util.stream.IntStream;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is drawn, how often, and who shares it. */
class GammaTest {

    private static final StepKey MANY = Toy.draw(20_000, 3);

    @ParameterizedTest
    @ValueSource(doubles = {0.25, 0.5, 0.6})
    void signsAreEquallyLikelyAndNothingElseIsDrawn(double magnitude) {
        float[] gammas = Gamma.of(Method.bdiaFloat(magnitude), MANY, 4);

        assertThat(distinct(gammas))
                .containsExactlyInAnyOrder((float) magnitude, (float) -magnitude);
        assertThat(mean(gammas)).isCloseTo(0, within(0.03 * magnitude));
    }

    @Test
    void uniformDrawsFillTheirInterval() {
        float[] gammas = Gamma.of(Method.bdiaFloat(0.5).uniform(), MANY, 4);
        double squares = 0;
        int[] tenths = new int[10];
        for (float gamma : gammas) {
            assertThat(gamma).isBetween(-0.5f, 0.5f);
            squares += (double) gamma * gamma;
            tenths[Math.min(9, (int) ((gamma + 0.5) * 10))]++;
        }

        assertThat(mean(gammas)).isCloseTo(0, within(0.01));
        assertThat(squares / gammas.length).isCloseTo(1 / 12.0, within(0.003)); // variance of U
        assertThat(IntStream.of(tenths)).allMatch(count -> Math.abs(count - 2000) < 200);
    }

    @ParameterizedTest
    @EnumSource(Method.Law.class)
    void aBatchSharesItsDrawAndDrawsAnewForEveryStepAndBlock(Method.Law law) {
        Set<Float> drawn = new HashSet<>();
        int positive = 0;
        for (int step = 0; step < 40; step++) {
            for (int layer = 1; layer < 11; layer++) {
                float[] gammas = Gamma.draw(0.5, law, Method.Per.BATCH, Toy.draw(5, step), layer);
                assertThat(distinct(gammas)).hasSize(1);
                // Whoever is in the batch: another batch of the same step would draw the same.
                StepKey others = new StepKey(7, step, new long[] {1, 2});
                assertThat(Gamma.draw(0.5, law, Method.Per.BATCH, others, layer)[0])
                        .isEqualTo(gammas[0]);
                drawn.add(gammas[0]);
                positive += gammas[0] > 0 ? 1 : 0;
            }
        }
        assertThat(drawn).hasSize(law == Method.Law.SIGNS ? 2 : 400);
        assertThat(positive).isBetween(150, 250);
    }

    @Test
    void aUniformGammaCannotBeReversed() {
        assertThatThrownBy(
                        () -> Backprop.REVERSIBLE.requireSupports(Method.bdiaFloat(0.5).uniform()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("it would divide by a gamma that may be next to 0")
                .hasMessageContaining("Backprop.STORE or Backprop.CHECKPOINT");
        Backprop.STORE.requireSupports(Method.bdiaFloat(0.5).uniform());
        Backprop.CHECKPOINT.requireSupports(Method.bdiaFloat(0.5).uniform().perBatch());
        Backprop.REVERSIBLE.requireSupports(Method.bdiaFloat(0.5).perBatch());
    }

    private static Set<Float> distinct(float[] values) {
        Set<Float> distinct = new HashSet<>();
        for (float value : values) {
            distinct.add(value);
        }
        return distinct;
    }

    private static double mean(float[] values) {
        double sum = 0;
        for (float value : values) {
            sum += value;
        }
        return sum / values.length;
    }
}
