package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.bdia.nn.Gelu;
import org.bdia.nn.Gpt;
import org.bdia.nn.GptConfig;
import org.bdia.reversible.Backprop;
import org.bdia.reversible.Method;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GptWeightsTest {

    /** Twelve blocks, so that names have one digit and two. */
    private static final GptConfig CONFIG = new GptConfig(13, 6, 8, 12, 2, 12, 0.1, Gelu.TANH);

    @TempDir private Path folder;
    private NDManager manager;
    private Path file;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        file = folder.resolve("model.safetensors");
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void aRoundTripIsByteIdenticalAndKeepsTheLogits() {
        Gpt one = gpt(CONFIG, 1);
        Gpt other = gpt(CONFIG, 2);
        GptWeights.save(file, one);
        int live = manager.getManagedArrays().size();
        GptWeights.load(file, other);
        Path again = folder.resolve("again.safetensors");
        GptWeights.save(again, other);

        assertThat(again).hasSameBinaryContentAs(file);
        assertThat(logits(other)).isEqualTo(logits(one));
        assertThat(manager.getManagedArrays()).hasSizeLessThanOrEqualTo(live + 4); // the logits
        assertThat(folder.toFile().list()).hasSize(2);
    }

    @Test
    void matricesAreStoredInAndOut() throws IOException {
        Gpt gpt = gpt(CONFIG, 1);
        GptWeights.save(file, gpt);
        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        NDArray fc = named(tensors, "transformer.h.11.mlp.c_fc.weight");
        NDArray ours = gpt.getParameters().get("13block_04mlp_01fc1_weight").getArray();

        assertThat(fc.getShape()).isEqualTo(new Shape(8, 12));
        assertThat(fc.getFloat(3, 5)).isEqualTo(ours.getFloat(5, 3));
    }

    @Test
    void theArchitectureIsReadFromTheShapes() {
        GptConfig small = GptConfig.gpt2().withVocabulary(9).withContext(5).withHeads(2);
        GptConfig expected = small.withWidth(128).withMlp(24).withDepth(3);
        GptWeights.save(file, gpt(expected, 1));

        assertThat(GptWeights.config(file)).isEqualTo(expected);
    }

    @Test
    void filesWithoutPrefixWithMasksAndWithATiedHeadAreRead() throws IOException {
        Gpt one = gpt(CONFIG, 1);
        GptWeights.save(file, one);
        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        tensors.forEach(t -> t.setName(t.getName().replace("transformer.", "")));
        NDArray mask = manager.ones(new Shape(1, 1, 6, 6));
        mask.setName("h.3.attn.bias");
        NDArray head = named(tensors, "wte.weight").duplicate();
        head.setName("lm_head.weight");
        tensors.addAll(new NDList(mask, head));
        write(tensors);
        Gpt other = gpt(CONFIG, 2);
        GptWeights.load(file, other);

        assertThat(logits(other)).isEqualTo(logits(one));
        head.addi(1);
        write(tensors);
        assertThatThrownBy(() -> GptWeights.load(file, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected lm_head.weight to be the token embedding");
    }

    @Test
    void aFileThatDoesNotFitIsRefusedAndChangesNothing() throws IOException {
        GptWeights.save(file, gpt(CONFIG, 1));
        byte[] whole = Files.readAllBytes(file);
        Gpt other = gpt(CONFIG.withMlp(16), 2);
        float[] before = logits(other);
        assertThatThrownBy(() -> GptWeights.load(file, other))
                .hasMessage(
                        file
                                + ": expected the tensor h.0.mlp.c_fc.weight as F32[8, 16], found"
                                + " F32[8, 12]; GptWeights.config(file) says which model it fits");
        assertThat(logits(other)).isEqualTo(before);
        assertThatThrownBy(() -> GptWeights.load(file, gpt(CONFIG.withDepth(11), 2)))
                .hasMessageContaining(
                        "holds tensors that the model has not: [h.11.attn.c_attn.bias");
        assertThatThrownBy(() -> GptWeights.load(file, gpt(CONFIG.withDepth(13), 2)))
                .hasMessageContaining("expected the tensor h.12.ln_1.weight as F32[8], found none");

        NDList tensors = NDList.decode(manager, Files.newInputStream(file));
        NDArray half = named(tensors, "transformer.wpe.weight").toType(DataType.FLOAT16, false);
        half.setName("transformer.wpe.weight");
        NDList changed = new NDList();
        tensors.stream().filter(t -> !t.getName().contains("wpe")).forEach(changed::add);
        changed.add(half);
        write(changed);
        assertThatThrownBy(() -> GptWeights.load(file, gpt(CONFIG, 2)))
                .hasMessageContaining("the tensor wpe.weight as F32[6, 8], found F16[6, 8]");

        Files.write(file, Arrays.copyOf(whole, whole.length - 5));
        assertThatThrownBy(() -> GptWeights.load(file, gpt(CONFIG, 2)))
                .hasMessageContaining("is not a whole safetensors file: its tensors need");
        assertThatThrownBy(() -> GptWeights.config(Files.writeString(file, "short")))
                .hasMessageContaining("it has 5 bytes, fewer than 8");
        Path images = folder.resolve("images.safetensors");
        NDArray other1 = manager.ones(new Shape(2));
        other1.setName("a");
        try (ByteArrayOutputStream bytes = new ByteArrayOutputStream()) {
            new NDList(other1).encode(bytes, NDList.Encoding.SAFETENSORS);
            Files.write(images, bytes.toByteArray());
        }
        assertThatThrownBy(() -> GptWeights.config(images))
                .hasMessageStartingWith(
                        images + ": expected the matrix wte.weight of a GPT-2, found none;");
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
