package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.SequentialBlock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.bdia.TensorTest;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.ModelConfig;
import org.bdia.config.Seq2SeqConfig;
import org.bdia.config.VitConfig;
import org.bdia.io.DurableFiles;
import org.bdia.nn.ReversibleModel;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Names, shapes and round trips of the vision transformer and the translator; the GPT's are in {@link TorchWeightsTest}. */
class TorchTensorTest extends TensorTest {

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void open() {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void everyModelComesBackFromAFileWithItsArchitecture() {
        VitConfig vit =
                SmallModels.VIT
                        .withHeads(2)
                        .withPooling(VitConfig.Pooling.CLASS_TOKEN)
                        .withDropPath(0.1);
        VitConfig small = vit.withShiftedPatches(true).withLocalityAttention(true);
        Seq2SeqConfig pair = new Seq2SeqConfig(11, 13, 6, 4, 2, 3, 2, 8, 0.1);
        for (ModelConfig config : List.of(vit, small, pair)) {
            ReversibleModel one = model(config, 1);
            TorchWeights.save(file, one);
            ModelConfig found = TorchWeights.config(file);
            ReversibleModel other = model(found, 2);
            TorchWeights.load(file, other);

            assertThat(found).isEqualTo(config);
            NDList expected = Weights.of(one);
            NDList loaded = Weights.of(other);
            for (int i = 0; i < expected.size(); i++) {
                assertThat(loaded.get(i).toFloatArray())
                        .as(expected.get(i).getName())
                        .isEqualTo(expected.get(i).toFloatArray());
            }
            assertThatThrownBy(() -> TorchWeights.load(file, model(SmallModels.VIT.withMlp(8), 2)))
                    .hasMessageContaining("TorchWeights.config(file) says which model it fits");
        }
    }

    @Test
    void namesAreThoseOfTimmAndOfTorchsTransformer() throws IOException {
        TorchWeights.save(file, model(SmallModels.VIT, 1));
        NDList vit = NDList.decode(manager, Files.newInputStream(file));
        assertThat(named(vit, "patch_embed.proj.weight").getShape())
                .isEqualTo(new Shape(4, 3, 4, 4));
        assertThat(vit.stream().map(NDArray::getName))
                .hasSize(31)
                .contains("pos_embed", "blocks.1.attn.qkv.bias", "blocks.0.mlp.fc1.weight")
                .contains("blocks.0.norm2.weight", "norm.bias", "head.weight");
        TorchWeights.save(file, model(new Seq2SeqConfig(11, 13, 6, 4, 1, 1, 1, 8, 0), 1));
        NDList pair = NDList.decode(manager, Files.newInputStream(file));
        assertThat(named(pair, "decoder.layers.0.multihead_attn.in_proj_weight").getShape())
                .isEqualTo(new Shape(12, 4));
        assertThat(pair.stream().map(NDArray::getName))
                .contains("encoder.layers.0.self_attn.in_proj_bias", "encoder.norm.weight")
                .contains("decoder.layers.0.norm3.bias", "source_position.weight", "target.weight");
    }

    @Test
    void anotherBlockAndMetadataOfNoModelAreRefused() throws IOException {
        assertThatThrownBy(() -> TorchWeights.save(file, new SequentialBlock()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageEndingWith("SequentialBlock; use Weights.save and Weights.load");
        DurableFiles.replace(
                file,
                channel ->
                        Safetensors.write(
                                channel, Map.of("config", "{\"name\":\"lstm\"}"), new NDList()));
        assertThatThrownBy(() -> TorchWeights.config(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        file
                                + ": expected a model's sizes in the metadata, found {\"name\":\"lstm\"};"
                                + " save the model again");
    }

    private ReversibleModel model(ModelConfig config, long seed) {
        ReversibleModel model =
                config instanceof VitConfig vit
                        ? new VisionTransformer(vit, Method.bdia(0.5), Backprop.STORE)
                        : new Seq2Seq((Seq2SeqConfig) config, Method.bdia(0.5), Backprop.STORE);
        model.initialize(manager, seed);
        return model;
    }

    private static NDArray named(NDList tensors, String name) {
        return tensors.stream().filter(t -> t.getName().equals(name)).findFirst().orElseThrow();
    }
}
