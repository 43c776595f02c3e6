package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.Locale;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Kernels;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.Test;

class ModelSummaryTest {

    @Test
    void aVisionTransformersPartsShapesParametersAndMemory() {
        VitConfig config = VitConfig.smoke().withWidth(8).withMlp(16).withDepth(3);
        String[] lines =
                summary(new VisionTransformer(config, Method.bdia(0.5), Backprop.REVERSIBLE));
        MemoryModel memory = MemoryModel.of(config, Method.bdia(0.5));

        assertThat(lines).hasSize(7);
        assertThat(lines[1]).matches("embedding +\\(32, 64, 8\\) +904"); // (48 + 1 + 64) · 8
        assertThat(lines[2]).matches("block × 3 +\\(32, 64, 8\\) +1,800"); // 3 · 600
        assertThat(lines[3]).matches("norm +\\(32, 8\\) +16");
        assertThat(lines[4]).matches("head +\\(32, 10\\) +90");
        assertThat(lines[5])
                .matches("all +" + String.format(Locale.ROOT, "%,d", memory.parameters()));
        assertThat(lines[6]).contains("REVERSIBLE, batch 32").contains("MiB above that");
    }

    @Test
    void anEncoderAndADecoderAndTwoStreamsHaveTheirParts() {
        var pair = new Seq2SeqConfig(11, 13, 6, 4, 2, 3, 1, 8, 0);
        String[] lines = summary(new Seq2Seq(pair, Method.standard(), Backprop.STORE));

        assertThat(lines[3]).startsWith("encoder × 2 ");
        assertThat(lines[5]).startsWith("decoder × 3 ");
        assertThat(lines[8]).contains("MiB above that");
        GptConfig gpt = GptConfig.nano().withVocabulary(11).withContext(6).withDepth(2);
        String[] text = summary(new Gpt(gpt, Method.revNet(), Backprop.REVERSIBLE));
        assertThat(text[text.length - 1]).contains("MiB above that");
    }

    @Test
    void anExecutionWhoseMemoryIsNotPredictedSaysSo() {
        Execution plain = Execution.of(Backprop.STORE).withKernels(Kernels.PLAIN);
        String[] lines = summary(new Gpt(GptConfig.nano(), Method.standard(), plain));

        assertThat(lines[lines.length - 1]).contains("but the execution has Kernels.PLAIN");
    }

    private static String[] summary(ReversibleModel model) {
        try (NDManager manager = NDManager.newBaseManager()) {
            model.initialize(manager, 1);
            return MemoryModel.summary(model, 32).split("\\R");
        }
    }
}
