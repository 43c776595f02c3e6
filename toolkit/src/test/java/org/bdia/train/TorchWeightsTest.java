package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.GptConfig;
import org.bdia.config.Method;
import org.bdia.io.DurableFiles;
import org.bdia.nn.Gpt;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TorchWeightsTest extends TensorTest {

    /** Twelve blocks, so that names have one digit and two. */
    private static final GptConfig CONFIG =
            new GptConfig(
                    13,
                    6,
                    8,
                    12,
                    2,
                    12,
                    0.1,
                    ActivationConfig.of(ActivationConfig.Function.GELU_TANH));

    private static final String PUBLISHED =
            """
            {"model_type":"gpt2","activation_function":"gelu_new","resid_pdrop":0.2,
             "attn_pdrop":0.2,"embd_pdrop":0.2,"layer_norm_epsilon":1e-05,"n_embd":8,"n_head":4,
             "n_layer":12,"n_positions":6,"n_inner":null,"vocab_size":13}
            """;

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void open() {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void aRoundTripIsByteIdenticalAndKeepsTheLogits() {
        Gpt one = gpt(CONFIG, 1);
        Gpt other = gpt(CONFIG, 2);
        TorchWeights.save(file, one);
        int live = manager.getManagedArrays().size();
        TorchWeights.load(file, other);
        Path again = folder.resolve("again.safetensors");
        TorchWeights.save(again, other);

        assertThat(again).hasSameBinaryContentAs(file);
        assertThat(logits(other)).isEqualTo(logits(one));
        assertThat(manager.getManagedArrays()).hasSizeLessThanOrEqualTo(live + 4); // the logits
        assertThat(folder.toFile().list()).hasSize(2);
    }

    @Test
    void matricesAreStoredInAndOut() throws IOException {
        Gpt gpt = gpt(CONFIG, 1);
        TorchWeights.save(file, gpt);
        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        NDArray fc = named(tensors, "transformer.h.11.mlp.c_fc.weight");
        NDArray ours = gpt.getParameters().get("13block_04mlp_01fc1_weight").getArray();

        assertThat(fc.getShape()).isEqualTo(new Shape(8, 12));
        assertThat(fc.getFloat(3, 5)).isEqualTo(ours.getFloat(5, 3));
    }

    @Test
    void theArchitectureIsSavedWithTheWeights() {
        GptConfig expected =
                CONFIG.withHeads(4)
                        .withDropout(0.3)
                        .withDropPath(0.1)
                        .withActivation(ActivationConfig.inverted(ActivationConfig.Function.SILU));
        Gpt saved = gpt(expected, 1);
        TorchWeights.save(file, saved);

        assertThat(TorchWeights.config(file)).isEqualTo(expected);
        Gpt loaded = gpt((GptConfig) TorchWeights.config(file), 2);
        TorchWeights.load(file, loaded);
        assertThat(logits(loaded)).isEqualTo(logits(saved));
    }

    @Test
    void weightsOfOtherHeadsOrAnotherActivationAreRefused() {
        TorchWeights.save(file, gpt(CONFIG.withHeads(4), 1));
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": expected the weights of GptConfig[")
                .hasMessageContaining("heads=2,")
                .hasMessageContaining("found those of GptConfig[")
                .hasMessageContaining("heads=4,")
                .hasMessageEndingWith("; TorchWeights.config(file) says which model it fits");
        TorchWeights.save(file, gpt(CONFIG.withActivation(ActivationConfig.GELU), 1));
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG, 2)))
                .hasMessageContaining("activation=gelu,");
    }

    @ParameterizedTest
    @CsvSource({"gelu_new, GELU_TANH", "gelu, GELU", "relu, RELU", "silu, SILU"})
    void aPublishedArchitectureIsReadBesideTheWeights(
            String word, ActivationConfig.Function function) throws IOException {
        saveBare();
        publish(PUBLISHED.replace("gelu_new", word));

        assertThat(TorchWeights.config(file))
                .isEqualTo(
                        CONFIG.withHeads(4)
                                .withDropout(0.2)
                                .withActivation(ActivationConfig.of(function)));
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG, 2)))
                .hasMessageContaining("heads=2,")
                .hasMessageContaining("heads=4,");
    }

    @Test
    void anArchitectureThatNothingSaysIsRefusedAndWeightsAreLoadedIntoTheOneGiven()
            throws IOException {
        Gpt saved = saveBare();
        assertThatThrownBy(() -> TorchWeights.config(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(file + ": expected the number of attention heads")
                .hasMessageContaining("n_head")
                .hasMessageContaining("put the config.json there");
        publish("{\"config\": \"of something else\"}");
        assertThatThrownBy(() -> TorchWeights.config(file)).hasMessageContaining("found neither");

        Gpt loaded = gpt(CONFIG, 2);
        TorchWeights.load(file, loaded);
        assertThat(logits(loaded)).isEqualTo(logits(saved));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"n_head\":4 | \"n_head\":3 | expected n_head to be a divisor of the width 8, found 3;",
                "\"n_layer\":12 | \"n_layer\":11 | expected n_layer to be 12, found 11;",
                "\"resid_pdrop\":0.2, | `` | expected attn_pdrop to be 0.1, the rate of resid_pdrop (0.1 where a rate is left out), found 0.2;",
                "\"attn_pdrop\":0.2 | \"attn_pdrop\":0.1 | expected attn_pdrop to be 0.2, the rate of resid_pdrop (0.1 where a rate is left out), found 0.1;",
                "1e-05 | 1e-06 | expected layer_norm_epsilon to be 1.0E-5, found 1.0E-6;",
                "gelu_new | tanh | expected activation_function to be gelu_new, gelu, relu or silu,",
                "n_inner\":null | n_inner\":5 | expected n_inner to be 12, found 5;",
                "} | `` | expected the JSON that Hugging Face publishes with a GPT-2, found"
            })
    void aPublishedArchitectureThatCannotBeBuiltIsRefused(String from, String to, String message)
            throws IOException {
        saveBare();
        publish(PUBLISHED.replace(from, to));

        assertThatThrownBy(() -> TorchWeights.config(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(folder.resolve("config.json") + ": " + message);
    }

    @ParameterizedTest
    @ValueSource(strings = {"F16", "BF16"})
    void sixteenBitWeightsBecomeFloat32Exactly(String type) throws IOException {
        float[] values = {
            0x1p-24f, 0x1p-14f, -0f, 1.5f, -2, Float.NaN, Float.NEGATIVE_INFINITY, 1f / 0
        };
        Gpt saved = gpt(CONFIG, 1);
        NDArray shift = saved.getParameters().get("14norm_beta").getArray();
        Weights.assign(shift, manager.create(values));
        TorchWeights.save(file, saved);
        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        DurableFiles.replace(
                file,
                channel -> {
                    Safetensors.write(
                            channel,
                            Safetensors.header(
                                    Map.of(),
                                    tensors.stream()
                                            .map(t -> Safetensors.Described.of(t.getName(), t))
                                            .map(d -> halved(d, type))
                                            .toList()));
                    for (NDArray tensor : tensors) {
                        Safetensors.write(channel, halves(tensor, type));
                    }
                });
        Gpt loaded = gpt(CONFIG, 2);
        TorchWeights.load(file, loaded);

        assertThat(loaded.getParameters().get("14norm_beta").getArray().toFloatArray())
                .isEqualTo(values);
        double precision = type.equals("F16") ? 0x1p-11 : 0x1p-7;
        float[] found = Weights.of(loaded).head().toFloatArray();
        float[] whole = Weights.of(saved).head().toFloatArray();
        for (int i = 0; i < whole.length; i++) {
            assertThat((double) found[i])
                    .isCloseTo(whole[i], within(Math.abs(whole[i]) * precision + 0x1p-24));
        }
    }

    private static Safetensors.Described halved(Safetensors.Described whole, String type) {
        return new Safetensors.Described(whole.name(), type, whole.shape(), whole.size() / 2);
    }

    private static ByteBuffer halves(NDArray tensor, String type) {
        if (type.equals("F16")) {
            return tensor.toType(DataType.FLOAT16, false).toByteBuffer();
        }
        float[] values = tensor.toFloatArray();
        ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            bytes.putShort((short) (Float.floatToRawIntBits(value) >>> 16));
        }
        return bytes.flip();
    }

    @Test
    void filesWithoutPrefixWithMasksAndWithATiedHeadAreRead() throws IOException {
        Gpt one = gpt(CONFIG, 1);
        TorchWeights.save(file, one);
        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        tensors.forEach(t -> t.setName(t.getName().replace("transformer.", "")));
        NDArray mask = manager.ones(new Shape(1, 1, 6, 6));
        mask.setName("h.3.attn.bias");
        NDArray head = named(tensors, "wte.weight").duplicate();
        head.setName("lm_head.weight");
        tensors.addAll(new NDList(mask, head));
        write(tensors);
        Gpt other = gpt(CONFIG, 2);
        TorchWeights.load(file, other);

        assertThat(logits(other)).isEqualTo(logits(one));
        head.addi(1);
        write(tensors);
        assertThatThrownBy(() -> TorchWeights.load(file, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected lm_head.weight to be the token embedding");
    }

    @Test
    void aFileThatDoesNotFitIsRefusedAndChangesNothing() throws IOException {
        TorchWeights.save(file, gpt(CONFIG, 1));
        byte[] whole = Files.readAllBytes(file);
        Gpt other = gpt(CONFIG.withMlp(16), 2);
        float[] before = logits(other);
        assertThatThrownBy(() -> TorchWeights.load(file, other))
                .hasMessage(
                        file
                                + ": expected the tensor h.0.mlp.c_fc.weight as F32, F16 or BF16 of [8, 16], found"
                                + " F32[8, 12]; TorchWeights.config(file) says which model it fits");
        assertThat(logits(other)).isEqualTo(before);
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG.withDepth(11), 2)))
                .hasMessageContaining(
                        "contains tensors the model does not have: [h.11.attn.c_attn.bias");
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG.withDepth(13), 2)))
                .hasMessageContaining(
                        "expected the tensor h.12.ln_1.weight as F32, F16 or BF16 of [8], found none");

        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        NDArray wide = named(tensors, "transformer.wpe.weight").toType(DataType.FLOAT64, false);
        wide.setName("transformer.wpe.weight");
        NDList changed = new NDList();
        tensors.stream().filter(t -> !t.getName().contains("wpe")).forEach(changed::add);
        changed.add(wide);
        write(changed);
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG, 2)))
                .hasMessageContaining(
                        "the tensor wpe.weight as F32, F16 or BF16 of [6, 8], found F64[6, 8]");

        Files.write(file, Arrays.copyOf(whole, whole.length - 5));
        assertThatThrownBy(() -> TorchWeights.load(file, gpt(CONFIG, 2)))
                .hasMessageContaining("is not a whole safetensors file: its tensors need");
        assertThatThrownBy(() -> TorchWeights.config(Files.writeString(file, "short")))
                .hasMessageContaining("it has 5 bytes, fewer than 8");
        Path images = folder.resolve("images.safetensors");
        NDArray other1 = manager.ones(new Shape(2));
        other1.setName("a");
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            new NDList(other1).encode(bytes, NDList.Encoding.SAFETENSORS);
            Files.write(images, bytes.toByteArray());
        }
        assertThatThrownBy(() -> TorchWeights.config(images))
                .hasMessageStartingWith(
                        images + ": expected the matrix wte.weight of a GPT-2, found none;");
    }

    /** A file as it was saved without metadata. */
    private Gpt saveBare() throws IOException {
        Gpt gpt = gpt(CONFIG, 1);
        TorchWeights.save(file, gpt);
        write(NDList.decode(manager, Files.newInputStream(file)));
        return gpt;
    }

    private void publish(String json) throws IOException {
        Files.writeString(folder.resolve("config.json"), json);
    }

    private void write(NDList tensors) throws IOException {
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            tensors.encode(bytes, NDList.Encoding.SAFETENSORS);
            Files.write(file, bytes.toByteArray());
        }
    }

    private static NDArray named(NDList tensors, String name) {
        return tensors.stream().filter(t -> t.getName().equals(name)).findFirst().orElseThrow();
    }

    private Gpt gpt(GptConfig config, long seed) {
        Gpt gpt = new Gpt(config, Method.standard(), Backprop.STORE);
        gpt.initialize(manager, seed);
        return gpt;
    }

    private float[] logits(Gpt gpt) {
        NDArray ids = manager.create(new long[] {1, 2, 3, 4, 5, 12}, new Shape(2, 3));
        return gpt.predict(new NDList(ids)).toFloatArray();
    }
}
