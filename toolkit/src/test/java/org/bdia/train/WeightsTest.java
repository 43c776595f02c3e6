package org.bdia.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.SequentialBlock;
import ai.djl.nn.core.Linear;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.bdia.TensorTest;
import org.bdia.config.ActivationConfig;
import org.bdia.config.Backprop;
import org.bdia.config.Method;
import org.bdia.config.TrainConfig;
import org.bdia.config.VitConfig;
import org.bdia.data.Augmentation;
import org.bdia.data.SyntheticImages;
import org.bdia.io.DurableFiles;
import org.bdia.nn.VisionTransformer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest extends TensorTest {

    @TempDir private Path folder;
    private Path file;

    @BeforeEach
    void open() {
        file = folder.resolve("weights.safetensors");
    }

    @Test
    void loadingGivesTheSavedWeightsInTheSameArraysFrozenOnesIncluded() {
        Block saved = linear(4);
        saved.freezeParameters(true);
        Weights.save(file, saved);
        Block loaded = linear(4);
        NDArray array = Weights.of(loaded).head();
        assertThat(bytes(loaded)).isNotEqualTo(bytes(saved));

        Weights.load(file, loaded);

        assertThat(bytes(loaded)).isEqualTo(bytes(saved));
        assertThat(array.hasGradient()).isTrue();
        assertThat(array.toByteBuffer()).isEqualTo(Weights.of(saved).head().toByteBuffer());
    }

    @Test
    void djlReadsWhatIsWrittenAndTheOtherWayRound() throws IOException {
        Block saved = linear(4);
        Weights.save(file, saved);
        NDList decoded = NDList.decode(manager, Files.newInputStream(file));
        assertThat(decoded.stream().map(NDArray::getName).toList())
                .isEqualTo(Weights.of(saved).stream().map(NDArray::getName).toList());
        assertThat(decoded.stream().map(NDArray::toByteBuffer).toList()).isEqualTo(bytes(saved));

        try (OutputStream out = Files.newOutputStream(file)) {
            Weights.of(saved).encode(out, NDList.Encoding.SAFETENSORS);
        }
        Block loaded = linear(4);
        Weights.load(file, loaded);
        assertThat(bytes(loaded)).isEqualTo(bytes(saved));
    }

    @Test
    void savingReplacesTheFileAndLeavesNothingBeside() throws IOException {
        Weights.save(file, linear(6));
        Files.writeString(
                folder.resolve(".weights.safetensors.999999999999.tmp"), "of a killed writer");
        Weights.save(file, linear(4));

        Weights.load(file, linear(4));
        try (Stream<Path> files = Files.list(folder)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void weightsTrainedWithBdiaPredictTheSameWithoutIt() {
        VitConfig small = VitConfig.smoke().withWidth(8).withMlp(16).withDepth(2);
        VisionTransformer bdia =
                new VisionTransformer(small, Method.bdia(0.5), Backprop.REVERSIBLE);
        bdia.initialize(manager, 5);
        Task task = new ImageTask(SyntheticImages.split(10, 40, 8, 1, 3), Augmentation.none());
        new Trainer(bdia, task, TrainConfig.of(1, 10, 3e-3), 1).train(manager);
        Weights.save(file, bdia);
        VisionTransformer standard =
                new VisionTransformer(small, Method.standard(), Backprop.STORE);
        standard.initialize(manager, 6);
        Weights.load(file, standard);

        try (Batch batch = task.evaluation(manager, Task.Split.VALIDATION, 0, 8)) {
            float[] expected = bdia.predict(batch.inputs()).toFloatArray();
            float[] found = standard.predict(batch.inputs()).toFloatArray();
            assertThat(found).hasSize(80);
            for (int i = 0; i < found.length; i++) {
                assertThat(found[i]).isCloseTo(expected[i], within(0.05f));
            }
        }
    }

    @Test
    void aModelThatTheSameTensorsFitButThatPredictsOtherwiseIsRefused() {
        VitConfig small = VitConfig.smoke().withWidth(8).withMlp(16).withDepth(2).withHeads(2);
        Weights.save(file, vit(small));
        Weights.load(
                file,
                vit(
                        small.withDropout(0.5)
                                .withDropPath(0.5)
                                .withActivation(
                                        ActivationConfig.inverted(small.activation().function()))));

        for (VitConfig other :
                List.of(
                        small.withHeads(4),
                        small.withActivation(
                                ActivationConfig.of(ActivationConfig.Function.RELU)))) {
            assertThatThrownBy(() -> Weights.load(file, vit(other)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(file + ": expected the weights of VitConfig[")
                    .hasMessageContaining("heads=2")
                    .hasMessageEndingWith("load them into a model of the same configuration");
        }
    }

    private VisionTransformer vit(VitConfig config) {
        VisionTransformer vit = new VisionTransformer(config, Method.standard(), Backprop.STORE);
        vit.initialize(manager, 5);
        return vit;
    }

    @Test
    void aModelOfAnotherShapeIsRefusedByTensorAndLeftAsItWas() {
        Weights.save(file, linear(4));
        Block wide = new SequentialBlock().add(linear(4)).add(linear(6));
        Block other = linear(6);
        List<ByteBuffer> before = bytes(other);

        assertThatThrownBy(() -> Weights.load(file, other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file.toString())
                .hasMessageContaining("the tensor weight as float32(4, 3)")
                .hasMessageContaining("the model's is float32(6, 3)");
        assertThat(bytes(other)).isEqualTo(before);
        assertThatThrownBy(() -> Weights.load(file, wide))
                .hasMessageContaining(file + " lacks the tensor 01Linear_weight(4, 3)");
    }

    @Test
    void tensorsOfAnotherTypeOrNumberAreRefused() throws IOException {
        Block model = linear(1);
        NDList doubles = new NDList();
        for (NDArray array : Weights.of(model)) {
            NDArray wide = array.toType(DataType.FLOAT64, true);
            wide.setName(array.getName());
            doubles.add(wide);
        }
        DurableFiles.replace(file, channel -> Safetensors.write(channel, Map.of(), doubles));
        assertThatThrownBy(() -> Weights.load(file, model))
                .hasMessageContaining("as float64(1, 3)");

        NDArray more = manager.zeros(new Shape(2));
        more.setName("more");
        NDList all = new NDList(Weights.of(model));
        all.add(more);
        DurableFiles.replace(file, channel -> Safetensors.write(channel, Map.of(), all));
        assertThatThrownBy(() -> Weights.load(file, model))
                .hasMessageContaining("contains tensors the model does not have: [more]");
    }

    @ParameterizedTest
    @ValueSource(ints = {-1000, -100, -9, -1, 1})
    void aFileOfAnotherLengthIsRefusedAndChangesNothing(int more) throws IOException {
        Weights.save(file, linear(4));
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, Math.max(0, whole.length + more)));
        Block target = linear(4);
        List<ByteBuffer> before = bytes(target);

        assertThatThrownBy(() -> Weights.load(file, target))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file + " is not a whole safetensors file");
        assertThat(bytes(target)).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "[]",
                "{",
                "{} {}",
                "{\"a\":3}",
                "{\"a\":null}",
                "{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[8,0]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}",
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,0]}}"
            })
    void aMalformedHeaderIsRefused(String json) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(16 + json.length()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length()).put(json.getBytes(StandardCharsets.UTF_8));
        Files.write(file, bytes.array());

        assertThatThrownBy(() -> Weights.load(file, linear(4)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(file + " is not a whole safetensors file");
    }

    private Block linear(int units) {
        Linear block = Linear.builder().setUnits(units).build();
        block.initialize(manager, DataType.FLOAT32, new Shape(1, 3));
        return block;
    }

    private static List<ByteBuffer> bytes(Block model) {
        return Weights.of(model).stream().map(NDArray::toByteBuffer).toList();
    }
}
