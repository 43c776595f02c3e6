package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDList;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The config.json beside weights that do not say their architecture themselves. */
class GptArchitectureTest extends TensorTest {

    private static final GptConfig CONFIG =
            new GptConfig(
                    13,
                    6,
                    8,
                    2,
                    2,
                    12,
                    0,
                    ActivationConfig.of(ActivationConfig.Function.GELU_TANH));
    private static final String DROPOUT = "\"resid_pdrop\":0.2,";
    private static final String PUBLISHED =
            """
            {"activation_function":"gelu_new",%s"attn_pdrop":0.2,"embd_pdrop":0.2,
             "layer_norm_epsilon":1e-05,"n_head":2}
            """;

    @TempDir private Path folder;
    private Path file;
    private Path config;
    private Gpt saved;

    @BeforeEach
    void open() throws IOException {
        file = folder.resolve("model.safetensors");
        config = folder.resolve("config.json");
        saved = gpt(1);
        TorchWeights.save(file, saved);
        NDList bare = NDList.decode(manager, Files.newInputStream(file));
        try (var out = Files.newOutputStream(file)) {
            bare.encode(out, NDList.Encoding.SAFETENSORS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"resid_pdrop\":0.1,", "\"resid_pdrop\":null,", ""})
    void dropoutDoesNotMatterToAModelThatWeightsAreLoadedInto(String dropout) throws IOException {
        Files.writeString(config, String.format(PUBLISHED, dropout));
        Gpt loaded = gpt(2);
        TorchWeights.load(file, loaded);

        assertThat(Weights.of(loaded).head().toFloatArray())
                .isEqualTo(Weights.of(saved).head().toFloatArray());
        assertThatThrownBy(() -> TorchWeights.config(file)).hasMessageContaining("_pdrop");
    }

    @Test
    void dropoutThatIsLeftOutIsHuggingFacesDefault() throws IOException {
        Files.writeString(
                config,
                String.format(PUBLISHED, "").replace("\"attn_pdrop\":0.2,\"embd_pdrop\":0.2,", ""));
        assertThat(TorchWeights.config(file, GptConfig.class).dropout()).isEqualTo(0.1);
        assertThatThrownBy(() -> TorchWeights.config(file, VitConfig.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": expected a VitConfig, found GptConfig[");
    }

    @Test
    void whatChangesLogitsMatters() throws IOException {
        Files.writeString(config, String.format(PUBLISHED, DROPOUT).replace("1e-05", "1e-06"));
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(2)))
                .hasMessageContaining("expected layer_norm_epsilon to be 1.0E-5, found 1.0E-6;");
    }

    @Test
    void aFolderInPlaceOfTheFileIsNamed() throws IOException {
        Files.createDirectory(config);
        for (ThrowingCallable read :
                List.<ThrowingCallable>of(
                        () -> TorchWeights.config(file), () -> TorchWeights.load(file, gpt(2)))) {
            assertThatThrownBy(read)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            config
                                    + ": expected the JSON that Hugging Face publishes with a GPT-2, found a"
                                    + " folder; copy it again");
        }
    }

    @Test
    void anEmptyFileIsRefused() throws IOException {
        Files.createFile(config);
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        config
                                + ": expected the JSON that Hugging Face publishes with a GPT-2, found an empty"
                                + " file; copy it again");
    }

    @Test
    void aModelWithoutWeightsIsRefused() {
        Gpt bare = new Gpt(CONFIG, Method.standard(), Backprop.STORE);
        for (ThrowingCallable use :
                List.<ThrowingCallable>of(
                        () -> TorchWeights.load(file, bare),
                        () -> TorchWeights.save(file, bare),
                        () -> Weights.load(file, bare),
                        () -> Weights.save(file, bare))) {
            assertThatThrownBy(use)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(
                            "the Gpt has no weights yet; call its initialize(manager, seed) first");
        }
    }

    private Gpt gpt(long seed) {
        Gpt gpt = new Gpt(CONFIG, Method.standard(), Backprop.STORE);
        gpt.initialize(manager, seed);
        return gpt;
    }
}
