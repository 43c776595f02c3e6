package org.bdia.train;

import static org.bdia.train.SmallModels.GPT;
import static org.bdia.train.SmallModels.VIT;
import static org.bdia.train.SmallModels.gpt;
import static org.bdia.train.SmallModels.vit;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Stream;
import org.bdia.BadInput;
import org.bdia.BadInput.Step;
import org.bdia.config.VitConfig;
import org.bdia.io.DurableFiles;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files of weights that are damaged, or another model's. */
class BadWeightsTest {

    private static final String NOT_WHOLE = "ROOT/w is not a whole safetensors file: ";
    private static final String ANOTHER =
            "; it was saved from another model: load it into one of the same configuration";

    static Stream<BadInput> weights() {
        Step load = vit(VIT, (model, manager, root) -> Weights.load(root.resolve("w"), model));
        return Stream.of(
                BadInput.of(
                        "no file",
                        load,
                        "ROOT/w: expected a safetensors file, found no such file; check the path"),
                new BadInput(
                        "a folder without a model",
                        root -> Files.createDirectory(root.resolve("w")),
                        load,
                        "ROOT/w/model.safetensors: expected a safetensors file, found no such file; check the path"),
                BadInput.file(
                        "empty",
                        "w",
                        new byte[0],
                        load,
                        NOT_WHOLE + "it has 0 bytes, fewer than 8; save it again"),
                BadInput.file(
                        "magic",
                        "w",
                        "PK\3\4 a zip archive".getBytes(StandardCharsets.UTF_8),
                        load,
                        NOT_WHOLE
                                + "its header claims 8800140462016121680 of the file's 18 bytes; save it again"),
                header(
                        "header, no JSON",
                        "{\"a\"",
                        load,
                        NOT_WHOLE + "its header is no JSON; save it again"),
                header(
                        "header, no object",
                        "[]",
                        load,
                        NOT_WHOLE + "its header is no JSON object; save it again"),
                header(
                        "header, no dtype",
                        "{\"a\":{\"shape\":[2],\"data_offsets\":[0,8]}}",
                        load,
                        NOT_WHOLE
                                + "tensor a: Missing required creator property 'dtype' (index 0); save it again"),
                header(
                        "header, unknown dtype",
                        "{\"a\":{\"dtype\":\"Q9\",\"shape\":[2],\"data_offsets\":[0,8]}}",
                        load,
                        "ROOT/w: expected tensors of type F32, F16 or BF16, found a of type Q9; convert the "
                                + "model to float32 where it comes from, for example in Python with "
                                + "transformers: model.float().save_pretrained(other)"),
                header(
                        "header, offsets",
                        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}",
                        load,
                        NOT_WHOLE + "tensor a: 8 bytes do not fill [0, 4]; save it again"),
                new BadInput(
                        "cut short",
                        cut(saved(VIT)),
                        load,
                        NOT_WHOLE
                                + "its tensors need 3128 bytes, but 3028 follow the header; save it again"),
                new BadInput(
                        "deeper",
                        saved(VIT.withDepth(3)),
                        load,
                        "ROOT/w lacks the tensor 04norm_gamma(4)" + ANOTHER),
                new BadInput(
                        "shallower",
                        saved(VIT.withDepth(1)),
                        load,
                        "ROOT/w lacks the tensor 03block_01ln1_gamma(4)" + ANOTHER),
                new BadInput(
                        "wider",
                        saved(VIT.withWidth(8)),
                        load,
                        "ROOT/w holds the tensor 01embedding_position as float32(1, 64, 8), but the "
                                + "model's is float32(1, 64, 4)"
                                + ANOTHER),
                new BadInput(
                        "another type",
                        doubles(),
                        load,
                        "ROOT/w holds the tensor 01embedding_position as float64(1, 64, 4), but the "
                                + "model's is float32(1, 64, 4)"
                                + ANOTHER),
                new BadInput(
                        "not GPT-2's",
                        saved(VIT),
                        root -> TorchWeights.config(root.resolve("w")),
                        "ROOT/w: expected the matrix wte.weight of a GPT-2, found none; give a file as "
                                + "Hugging Face publishes GPT-2's"),
                new BadInput(
                        "GPT-2 of another size",
                        gpt(
                                GPT,
                                (model, manager, root) ->
                                        TorchWeights.save(root.resolve("w"), model)),
                        gpt(
                                GPT.withWidth(8),
                                (model, manager, root) ->
                                        TorchWeights.load(root.resolve("w"), model)),
                        "ROOT/w: expected the tensor wte.weight as F32, F16 or BF16 of [11, 8], found F32[11, 4]; "
                                + "TorchWeights.config(file) says which model it fits"),
                new BadInput(
                        "GPT-2 of another depth",
                        gpt(
                                GPT.withDepth(2),
                                (model, manager, root) ->
                                        TorchWeights.save(root.resolve("w"), model)),
                        gpt(
                                GPT,
                                (model, manager, root) ->
                                        TorchWeights.load(root.resolve("w"), model)),
                        "ROOT/w contains tensors the model does not have: [h.1.attn.c_attn.bias, "
                                + "h.1.attn.c_attn.weight, h.1.attn.c_proj.bias, h.1.attn.c_proj.weight, "
                                + "h.1.ln_1.bias, h.1.ln_1.weight, h.1.ln_2.bias, h.1.ln_2.weight, "
                                + "h.1.mlp.c_fc.bias, h.1.mlp.c_fc.weight, h.1.mlp.c_proj.bias, "
                                + "h.1.mlp.c_proj.weight]; TorchWeights.config(file) says which model it fits"));
    }

    @ParameterizedTest
    @MethodSource("weights")
    void badWeightsAreRefused(BadInput input, @TempDir Path root) throws Exception {
        input.requireRefused(root);
    }

    private static Step saved(VitConfig config) {
        return vit(config, (model, manager, root) -> Weights.save(root.resolve("w"), model));
    }

    private static Step cut(Step save) {
        return root -> {
            save.in(root);
            byte[] whole = Files.readAllBytes(root.resolve("w"));
            Files.write(root.resolve("w"), Arrays.copyOf(whole, whole.length - 100));
        };
    }

    private static Step doubles() {
        return vit(
                VIT,
                (model, manager, root) -> {
                    NDList wide = new NDList();
                    for (NDArray array : Weights.of(model)) {
                        NDArray copy = array.toType(DataType.FLOAT64, true);
                        copy.setName(array.getName());
                        wide.add(copy);
                    }
                    DurableFiles.replace(
                            root.resolve("w"),
                            channel -> Safetensors.write(channel, Map.of(), wide));
                });
    }

    /** A file that is a header and eight bytes. */
    private static BadInput header(String name, String json, Step use, String message) {
        ByteBuffer bytes = ByteBuffer.allocate(16 + json.length()).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(json.length()).put(json.getBytes(StandardCharsets.UTF_8));
        return BadInput.file(name, "w", bytes.array(), use, message);
    }
}
