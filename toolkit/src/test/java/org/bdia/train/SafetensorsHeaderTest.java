package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.io.DurableFiles;
import org.bdia.io.StrictJson;
import org.bdia.nn.Gpt;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sharded models are read as whole ones are. */
class SafetensorsHeaderTest extends TensorTest {

    private static final String FIRST = "model-00001-of-00002.safetensors";
    private static final String SECOND = "model-00002-of-00002.safetensors";
    private static final String CONFIG =
            """
            {"activation_function":"gelu","resid_pdrop":0.1,"layer_norm_epsilon":1e-05,"n_head":1}
            """;

    @TempDir private Path folder;
    private Path index;

    @BeforeEach
    void open() {
        index = folder.resolve("model.safetensors.index.json");
    }

    @Test
    void aShardedGptIsTheWholeOneBitForBit() throws IOException {
        Gpt saved = gpt(1);
        shard(path -> TorchWeights.save(path, saved));
        Files.writeString(folder.resolve("config.json"), CONFIG);
        for (Path path : List.of(folder, index, folder.resolve("model.safetensors"))) {
            Gpt loaded = gpt(2);
            TorchWeights.load(path, loaded);
            assertSame(loaded, saved);
            assertThat(TorchWeights.config(path).heads()).isEqualTo(1);
        }
        assertThatThrownBy(() -> TorchWeights.config(folder.resolve(FIRST)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        folder.resolve(FIRST)
                                + ": expected a whole model, found one shard of it; give the index "
                                + index
                                + " or its folder");
    }

    @Test
    void aShardedModelOfAnyKindIsTheWholeOneBitForBit() throws IOException {
        VisionTransformer saved = vit(1);
        shard(path -> Weights.save(path, saved));
        VisionTransformer loaded = vit(2);
        Weights.load(folder, loaded);
        assertSame(loaded, saved);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            quoteCharacter = '`',
            value = {
                "{; a JSON object, found no JSON",
                "{}; an object \"weight_map\" that names the file of each tensor, found none",
                "{\"weight_map\":[1]}; an object \"weight_map\" that names the file of each tensor,"
                        + " found [1]",
                "{\"weight_map\":{\"a\":3}}; the name of a .safetensors file beside it for the tensor"
                        + " a, found 3",
                "{\"weight_map\":{\"a\":\"../x.safetensors\"}}; the name of a .safetensors file beside"
                        + " it for the tensor a, found \"../x.safetensors\"",
                "{\"weight_map\":{\"a\":\"/x.safetensors\"}}; the name of a .safetensors file beside"
                        + " it for the tensor a, found \"/x.safetensors\"",
                "{\"weight_map\":{\"a\":\"..\"}}; the name of a .safetensors file beside it for the"
                        + " tensor a, found \"..\"",
                "{\"weight_map\":{\"a\":\"gone.safetensors\"}}; the shard gone.safetensors beside it,"
                        + " found no such file",
                "{\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}; the tensor a in the"
                        + " shard model-00001-of-00002.safetensors, found none"
            })
    void aBadIndexIsRefused(String json, String message) throws IOException {
        shard(path -> Weights.save(path, vit(1)));
        Files.writeString(index, json);
        assertThatThrownBy(() -> Weights.load(folder, vit(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        index
                                + ": expected "
                                + message
                                + "; copy the index and all shards again from where the model is"
                                + " published");
    }

    private interface Save {
        void to(Path file);
    }

    /** Writes every other tensor of a model to one of two shards, and their index. */
    private void shard(Save save) throws IOException {
        Path whole = folder.resolve("whole");
        save.to(whole);
        NDList[] shards = {new NDList(), new NDList()};
        Map<String, String> map = new TreeMap<>();
        for (NDArray tensor : NDList.decode(manager, Files.newInputStream(whole))) {
            int shard = map.size() % 2;
            shards[shard].add(tensor);
            map.put(tensor.getName(), shard == 0 ? FIRST : SECOND);
        }
        Files.delete(whole);
        write(FIRST, shards[0]);
        write(SECOND, shards[1]);
        var json = Map.of("metadata", Map.of("total_size", 1), "weight_map", map);
        StrictJson.MAPPER.writeValue(index.toFile(), json);
    }

    private void write(String shard, NDList tensors) throws IOException {
        DurableFiles.replace(
                folder.resolve(shard), channel -> Safetensors.write(channel, Map.of(), tensors));
    }

    private Gpt gpt(long seed) {
        var gpt = new Gpt(SmallModels.GPT, Method.standard(), Backprop.STORE);
        gpt.initialize(manager, seed);
        return gpt;
    }

    private VisionTransformer vit(long seed) {
        var vit = new VisionTransformer(SmallModels.VIT, Method.standard(), Backprop.STORE);
        vit.initialize(manager, seed);
        return vit;
    }

    private static void assertSame(Block found, Block expected) {
        NDList weights = Weights.of(expected);
        for (NDArray array : Weights.of(found)) {
            assertThat(array.toByteArray())
                    .as(array.getName())
                    .isEqualTo(
                            weights.stream()
                                    .filter(w -> w.getName().equals(array.getName()))
                                    .findFirst()
                                    .orElseThrow()
                                    .toByteArray());
        }
    }
}
