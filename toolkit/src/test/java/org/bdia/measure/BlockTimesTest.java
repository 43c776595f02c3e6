package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ai.djl.Device;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Precision;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class BlockTimesTest {

    private static final GptConfig GPT =
            new GptConfig(11, 4, 8, 2, 2, 8, 0.1, ActivationConfig.GELU);
    private static final Seq2SeqConfig PAIR =
            Seq2SeqConfig.smoke().withContext(4).withWidth(8).withHeads(2);
    private static final VitConfig VIT = VitConfig.smoke().withPatch(16).withWidth(8).withMlp(8);

    static Stream<Arguments> modelsAndMethods() {
        return Stream.of(
                arguments(GPT, Method.bdia(0.5), 3),
                arguments(PAIR, Method.standard(), 0),
                arguments(VIT, Method.revNet(), 0));
    }

    /** A step of 2 blocks takes 18 ms and one of 6 takes 38: 5 a block and 8 outside. */
    @ParameterizedTest
    @MethodSource("modelsAndMethods")
    void timesAreThoseOfTheLineThroughTwoDepths(ModelConfig model, Method method, int headTokens) {
        AtomicInteger calls = new AtomicInteger();
        ToDoubleFunction<WholeSteps> stopwatch =
                steps -> {
                    assertThat(steps.step()).isFinite();
                    return calls.getAndIncrement() % 2 == 0 ? 18 : 38;
                };
        var timer =
                new BlockTimes.Timer(
                        model, method, Precision.FLOAT32, 2, headTokens, 1, Device.cpu());
        assertThat(BlockTimes.measured(timer, stopwatch)).isEqualTo(new BlockTimes(8, 5, 5, 5, 5));
    }

    @Test
    void aStepTakesItsBlocksAndTheRest() {
        var times = new BlockTimes(10, 4, 5, 6, 9);
        assertThat(times.step(Execution.of(Backprop.STORE), 12, 1)).isEqualTo(10 + 12 * 4);
        assertThat(times.step(Execution.of(Backprop.CHECKPOINT), 12, 1)).isEqualTo(10 + 12 * 5);
        Execution reversed = Execution.of(Backprop.REVERSIBLE);
        assertThat(times.step(reversed.withStored(2).withCheckpointed(3), 12, 1))
                .isEqualTo(10 + 2 * 4 + 3 * 5 + 7 * 6);
        assertThat(times.step(Execution.lean(), 12, 1)).isCloseTo(10 + 12 * 9, within(1e-9));
        assertThat(times.step(reversed.withChunkTokens(2048), 12, 1))
                .as("half as many slices cost half as much more")
                .isCloseTo(10 + 12 * 7.5, within(1e-9));
    }

    /** Six blocks seem to take less than two. */
    @Test
    void aDisturbedMeasurementIsToldApartFromWrongArguments() {
        AtomicInteger calls = new AtomicInteger();
        ToDoubleFunction<WholeSteps> disturbed = steps -> -calls.incrementAndGet();
        var timer =
                new BlockTimes.Timer(
                        GPT, Method.standard(), Precision.FLOAT32, 2, 0, 1, Device.cpu());
        assertThatThrownBy(() -> BlockTimes.measured(timer, disturbed))
                .isInstanceOf(BlockTimes.DisturbedException.class)
                .hasMessageContaining("stored")
                .hasMessageContaining("measure again");
        assertThatThrownBy(() -> new BlockTimes(1, -1, 1, 1, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("-1.0 stored");
    }
}
