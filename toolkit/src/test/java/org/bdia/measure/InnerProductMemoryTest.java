package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.bdia.ChosenProducts;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.VitConfig;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The predicted peaks of blocks that are differentiated by hand, against counted ones. */
@ExtendWith(ChosenProducts.Inner.class)
class InnerProductMemoryTest {

    private static final double MIB = 1 << 20;

    /** Peaks in MiB of steps of six blocks, counted by the library that {@code ci/bench} preloads. */
    @ParameterizedTest
    @CsvSource({
        "vit,   STORE,      128, 512, 4, 16, 0,   0,    35.85",
        "vit,   REVERSIBLE, 128, 512, 4, 16, 0,   0,    12.35",
        "vit,   REVERSIBLE, 64,  64,  4, 32, 0,   0,    9.13",
        "vit,   STORE,      128, 512, 4, 16, 0.1, 0,    50.00",
        "vit,   REVERSIBLE, 128, 512, 4, 16, 0.1, 0,    16.58",
        "paper, STORE,      64,  256, 4, 16, 0.1, 0,    29.32",
        "paper, REVERSIBLE, 256, 256, 8, 16, 0.1, 0,    23.65",
        "gpt,   STORE,      128, 512, 4, 8,  0,   0,    71.44",
        "gpt,   REVERSIBLE, 128, 512, 4, 8,  0,   0,    24.44",
        "gpt,   REVERSIBLE, 128, 512, 4, 8,  0,   1024, 14.93",
        "gpt,   REVERSIBLE, 128, 512, 4, 8,  0.1, 0,    48.47",
        "gpt,   CHECKPOINT, 128, 512, 4, 8,  0.1, 0,    50.31",
    })
    void predictsTheCountedPeak(
            String task,
            Backprop backprop,
            int width,
            int mlp,
            int heads,
            int batch,
            double dropout,
            int slice,
            double counted) {
        Method method = backprop == Backprop.REVERSIBLE ? Method.bdia(0.5) : Method.standard();
        MemoryModel memory = MemoryModel.of(model(task, width, mlp, heads, dropout), method);

        double predicted = memory.peak(Execution.of(backprop).withChunkTokens(slice), batch) / MIB;

        assertThat(predicted).isCloseTo(counted, withinPercentage(6));
    }

    private static ModelConfig model(String task, int width, int mlp, int heads, double dropout) {
        if (task.equals("gpt")) {
            return new GptConfig(256, 256, width, 6, heads, mlp, dropout, ActivationConfig.GELU);
        }
        VitConfig kind = task.equals("paper") ? VitConfig.paper() : VitConfig.laptop();
        return kind.withHeads(1)
                .withWidth(width)
                .withHeads(heads)
                .withMlp(mlp)
                .withDepth(6)
                .withDropout(dropout);
    }
}
