package org.bdia.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class HolmTest {
    @Test
    void aWorkedExample() {
        // 4 × 0.005 = 0.02; 3 × 0.01 = 0.03; 2 × 0.03 = 0.06; 0.04 must not fall below 0.06.
        assertThat(Holm.adjust(new double[] {0.01, 0.04, 0.03, 0.005}))
                .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
    }

    @RepeatedTest(20)
    void keepsOrderBoundsAndPlaces(RepetitionInfo repetition) {
        var random = new Random(repetition.getCurrentRepetition());
        double[] p = random.doubles(1 + random.nextInt(12)).map(v -> v * v).toArray();
        double[] holm = Holm.adjust(p);
        for (int i = 0; i < p.length; i++) {
            assertThat(holm[i]).isBetween(p[i], Math.min(1, p.length * p[i]));
            for (int j = 0; j < p.length; j++) {
                assertThat(p[i] <= p[j] && holm[i] > holm[j]).as("order").isFalse();
            }
        }
        double least = Arrays.stream(p).min().getAsDouble();
        assertThat(Arrays.stream(holm).min().getAsDouble())
                .as("the smallest is Bonferroni's")
                .isEqualTo(Math.min(1, p.length * least));
        int[] turned = IntStream.range(0, p.length).map(i -> p.length - 1 - i).toArray();
        double[] other = Holm.adjust(Arrays.stream(turned).mapToDouble(i -> p[i]).toArray());
        assertThat(other)
                .containsExactly(Arrays.stream(turned).mapToDouble(i -> holm[i]).toArray());
    }

    @Test
    void whatWasNotTestedDoesNotCount() {
        assertThat(Holm.adjust(new double[] {Double.NaN, 0.02, 0.5}))
                .containsExactly(Double.NaN, 0.04, 0.5);
        assertThat(Holm.adjust(new double[0])).isEmpty();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Holm.adjust(new double[] {1.5}))
                .withMessageContaining("1.5");
    }
}
