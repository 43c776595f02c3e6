package org.bdia.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import java.util.List;
import org.bdia.ChosenProducts;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Execution;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.Update;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.TransformerBlock;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(ChosenProducts.Linear.class)
class MemoryModelTest {

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
}
