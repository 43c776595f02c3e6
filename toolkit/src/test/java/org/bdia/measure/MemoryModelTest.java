package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.util.List;
import org.bdia.ChosenProducts;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Precision;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.TransformerBlock;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Counted peaks are those of the second of two training steps, by the library that {@code ci/bench} preloads. */
@ExtendWith(ChosenProducts.Linear.class)
class MemoryModelTest {

    private static final double MIB = 1 << 20;
    private static final VitConfig BASE =
            VitConfig.laptop().withHeads(1).withWidth(128).withHeads(4).withMlp(512);
    private static final Method BDIA = Method.bdia(0.5);

    @Test
    void countsTheParametersThatModelsHave() {
        try (NDManager manager = NDManager.newBaseManager()) {
            for (VitConfig config :
                    List.of(BASE, VitConfig.paper().withDepth(1), VitConfig.smoke())) {
                var vit = new VisionTransformer(config, BDIA, Backprop.REVERSIBLE);
                vit.initialize(manager, 1);
                assertThat(MemoryModel.of(config, BDIA).parameters()).isEqualTo(size(vit));
                var streams = new VisionTransformer(config, Method.revNet(), Backprop.REVERSIBLE);
                streams.initialize(manager, 1);
                assertThat(MemoryModel.of(config, Method.revNet()).parameters())
                        .isEqualTo(size(streams));
            }
            Seq2SeqConfig uneven = Seq2SeqConfig.smoke().withDepths(3, 2);
            var pair = new Seq2Seq(uneven, BDIA, Backprop.REVERSIBLE);
            pair.initialize(manager, 1);
            assertThat(MemoryModel.of(uneven, BDIA).parameters()).isEqualTo(size(pair));
            var config =
                    new GptConfig(
                            50,
                            9,
                            8,
                            2,
                            2,
                            12,
                            0.1,
                            ActivationConfig.of(ActivationConfig.Function.GELU_TANH));
            var gpt = new Gpt(config, BDIA, Backprop.REVERSIBLE);
            gpt.initialize(manager, 1);
            assertThat(MemoryModel.of(config, BDIA).parameters()).isEqualTo(size(gpt));
            Block one =
                    gpt.getChildren().values().stream()
                            .filter(TransformerBlock.class::isInstance)
                            .findFirst()
                            .orElseThrow();
            assertThat(MemoryModel.of(config, BDIA).resting(Update.PER_BLOCK))
                    .isEqualTo((4 * size(gpt) - size(one)) * Float.BYTES);
        }
    }

    private static long size(Block model) {
        return model.getParameters().values().stream()
                .mapToLong(parameter -> parameter.getArray().size())
                .sum();
    }

    @Test
    void refusesSizesThatAreNone() {
        var memory = MemoryModel.of(BASE, BDIA);
        assertThatThrownBy(() -> memory.peak(Execution.lean(), 0))
                .hasMessageContaining("a batch of at least 1");
        assertThatThrownBy(() -> memory.flops(Execution.lean(), -1))
                .hasMessageContaining("a batch of at least 1");
        assertThatThrownBy(() -> memory.withHeadTokens(-3))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("headTokens must be at least 1 token, or 0", "-3");
    }

    /** With dropout, and in bfloat16 of few tokens, attention writes its scores out, which outweigh the rest of a narrow model. */
    @ParameterizedTest
    @CsvSource({
        "bdia,     REVERSIBLE, 200, 40,  8,  2,  0.1, FLOAT32,         10.60",
        "bdia,     STORE,      200, 40,  8,  2,  0.1, FLOAT32,         27.26",
        "bdia,     CHECKPOINT, 200, 40,  8,  2,  0.1, FLOAT32,         10.66",
        "revnet,   REVERSIBLE, 200, 40,  8,  2,  0.1, FLOAT32,         10.60",
        "bdia,     REVERSIBLE, 200, 64,  4,  2,  0.1, BFLOAT16_BRANCH,  3.58",
        "bdia,     STORE,      200, 64,  4,  2,  0.1, BFLOAT16_BRANCH,  9.23",
        "bdia,     REVERSIBLE,  60, 40,  8, 10,    0, BFLOAT16_BRANCH,  2.55",
        "bdia,     STORE,       60, 40,  8, 10,    0, BFLOAT16_BRANCH,  5.07",
        "revnet,   REVERSIBLE,  60, 40,  8, 10,    0, BFLOAT16_BRANCH,  2.55",
        "bdia,     REVERSIBLE, 200, 64,  4,  2,    0, FLOAT32,          2.05",
    })
    void predictsTheCountedPeaksWhereScoresOutweighTheRest(
            String method,
            Backprop backprop,
            int tokens,
            int width,
            int heads,
            int batch,
            double dropout,
            Precision precision,
            double counted) {
        int mlp = 2 * width;
        var gpt = new GptConfig(60, tokens, width, 3, heads, mlp, dropout, ActivationConfig.GELU);
        Execution execution = Execution.of(backprop).withPrecision(precision);
        double peak =
                MemoryModel.of(gpt, method.equals("bdia") ? BDIA : Method.revNet())
                                .peak(execution, batch)
                        / MIB;
        assertThat(peak).isCloseTo(counted, within(0.03 * counted));
    }

    /** Next to few tokens the optimiser's own arrays are the peak; with a head in slices its embedding's, AdamW's as SET-Adam's. */
    @ParameterizedTest
    @CsvSource({
        "60,    512, 512,  32, 1, 0, 3, 4, AFTER_BACKWARD,  8.82",
        "60,    512, 2048, 32, 1, 0, 3, 4, AFTER_BACKWARD, 11.84",
        "8000,  96,  200,  96, 6, 7, 3, 3, AFTER_BACKWARD,  8.74",
        "8000,  96,  200,  96, 6, 7, 3, 3, PER_BLOCK,       8.46",
        "50257, 64,  128,  64, 4, 8, 2, 4, AFTER_BACKWARD, 12.64",
        "50257, 64,  128,  64, 4, 8, 2, 4, PER_BLOCK,      12.54",
    })
    void predictsTheCountedPeaksOfTheUpdate(
            int vocabulary,
            int width,
            int mlp,
            int tokens,
            int batch,
            int headTokens,
            int depth,
            int heads,
            Update update,
            double counted) {
        var gpt =
                new GptConfig(
                        vocabulary, tokens, width, depth, heads, mlp, 0, ActivationConfig.GELU);
        var memory = MemoryModel.of(gpt, BDIA).withHeadTokens(headTokens);
        long total = memory.total(Execution.of(Backprop.REVERSIBLE), batch, update);
        double peak = (total - memory.resting(update)) / MIB;
        assertThat(peak).isCloseTo(counted, within(0.06 * counted));
    }

    @Test
    void aBlocksUpdateTakesItsArraysBesideTheStates() {
        var gpt = new GptConfig(60, 256, 512, 3, 4, 512, 0, ActivationConfig.GELU);
        var memory = MemoryModel.of(gpt, BDIA);
        Execution execution = Execution.of(Backprop.REVERSIBLE).withChunkTokens(256);
        long after = memory.peak(execution, 1);
        long within =
                memory.total(execution, 1, Update.PER_BLOCK) - memory.resting(Update.PER_BLOCK);
        assertThat(within).isGreaterThan(after);
    }
}
