package org.bdia.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleBiFunction;
import org.bdia.config.ActivationConfig;
import org.bdia.config.GptConfig;
import org.bdia.config.ModelConfig;
import org.bdia.io.StrictJson;
import org.bdia.train.SafetensorsHeader.Tensor;

/**
 * The architecture of a GPT-2 in the {@code config.json} beside a safetensors file, as Hugging Face publishes it. Tensors have shapes, but no number of heads, no activation and no dropout.
 */
final class GptArchitecture {

    private static final String CONFIG = "config.json";
    private static final String HEADS = "n_head";
    private static final double EPSILON = 1e-5;

    /** The rate that Hugging Face's GPT2Config takes for one that the file does not say. */
    private static final double DROPOUT = 0.1;

    /** The sizes that the tensors' shapes imply. */
    private record Sizes(int vocabulary, int context, int width, int depth, int mlp) {}

    private GptArchitecture() {}

    /**
     * Reads the architecture of a file.
     *
     * @param tensors the file's tensors by name, without a prefix
     * @return empty if no config.json beside the file says how many heads there are
     * @throws IllegalArgumentException if what they say is no GPT of this toolkit, or not the tensors'
     */
    static Optional<ModelConfig> find(Path file, Map<String, Tensor> tensors) throws IOException {
        return find(file, tensors, GptArchitecture::dropout);
    }

    /** {@link #find} for a model that has a dropout of its own: what config.json says of dropout is not read. */
    static Optional<ModelConfig> findWithoutDropout(Path file, Map<String, Tensor> tensors)
            throws IOException {
        return find(file, tensors, (config, root) -> 0);
    }

    private static Optional<ModelConfig> find(
            Path file, Map<String, Tensor> tensors, ToDoubleBiFunction<Path, JsonNode> dropout)
            throws IOException {
        Sizes sizes = sizes(file, tensors);
        Path config = file.resolveSibling(CONFIG);
        if (!Files.exists(config)) {
            return Optional.empty();
        }
        if (Files.isDirectory(config)) {
            throw noJson(config, "a folder", null);
        }
        try {
            JsonNode published = StrictJson.MAPPER.readTree(Files.readAllBytes(config));
            if (published.isMissingNode()) {
                throw noJson(config, "an empty file", null);
            }
            return published.has(HEADS)
                    ? Optional.of(
                            published(
                                    config,
                                    published,
                                    sizes,
                                    dropout.applyAsDouble(config, published)))
                    : Optional.empty();
        } catch (JsonProcessingException e) {
            throw noJson(config, StrictJson.reason(e), e);
        }
    }

    private static IllegalArgumentException noJson(Path config, String found, Exception cause) {
        return new IllegalArgumentException(
                config
                        + ": expected the JSON that Hugging Face publishes with a GPT-2, found "
                        + found
                        + "; copy it again",
                cause);
    }

    /** Neither the file nor a config.json beside it says the architecture. */
    static IllegalArgumentException unsaid(Path file) {
        return new IllegalArgumentException(
                file
                        + ": expected the number of attention heads, the activation and the dropout of"
                        + " its model in its metadata, or n_head and activation_function in "
                        + file.resolveSibling(CONFIG)
                        + ", found neither; put the config.json there that is published with the weights,"
                        + " or load them into a model of your own GptConfig");
    }

    private static double dropout(Path file, JsonNode root) {
        double dropout = rate(file, root, "resid_pdrop");
        for (String key : List.of("attn_pdrop", "embd_pdrop")) {
            if (rate(file, root, key) != dropout) {
                throw unexpected(
                        file,
                        key,
                        dropout + ", the rate of resid_pdrop (0.1 where a rate is left out)",
                        root.get(key));
            }
        }
        return dropout;
    }

    private static double rate(Path file, JsonNode root, String key) {
        return root.has(key) ? number(file, root, key) : DROPOUT;
    }

    private static GptConfig published(Path file, JsonNode root, Sizes sizes, double dropout) {
        agree(file, root, "vocab_size", sizes.vocabulary());
        agree(file, root, "n_positions", sizes.context());
        agree(file, root, "n_embd", sizes.width());
        agree(file, root, "n_layer", sizes.depth());
        agree(file, root, "n_inner", sizes.mlp());
        number(file, root, "layer_norm_epsilon");
        agree(file, root, "layer_norm_epsilon", EPSILON);
        agree(file, root, "scale_attn_weights", true);
        agree(file, root, "scale_attn_by_inverse_layer_idx", false);
        double heads = number(file, root, HEADS);
        if (heads != Math.rint(heads) || heads < 1 || sizes.width() % heads != 0) {
            throw unexpected(
                    file, HEADS, "a divisor of the width " + sizes.width(), root.get(HEADS));
        }
        return new GptConfig(
                sizes.vocabulary(),
                sizes.context(),
                sizes.width(),
                sizes.depth(),
                (int) heads,
                sizes.mlp(),
                dropout,
                ActivationConfig.of(function(file, root.get("activation_function"))));
    }

    private static ActivationConfig.Function function(Path file, JsonNode node) {
        return switch (node == null ? "" : node.asText()) {
            case "gelu_new", "gelu_pytorch_tanh" -> ActivationConfig.Function.GELU_TANH;
            case "gelu" -> ActivationConfig.Function.GELU;
            case "relu" -> ActivationConfig.Function.RELU;
            case "silu", "swish" -> ActivationConfig.Function.SILU;
            default ->
                    throw unexpected(
                            file, "activation_function", "gelu_new, gelu, relu or silu", node);
        };
    }

    private static double number(Path file, JsonNode root, String key) {
        JsonNode node = root.get(key);
        if (node == null || !node.isNumber()) {
            throw unexpected(file, key, "a number", node);
        }
        return node.doubleValue();
    }

    /** Refuses another value; a key that is left out or null says nothing. */
    private static void agree(Path file, JsonNode root, String key, Object expected) {
        JsonNode node = root.path(key);
        boolean same =
                expected instanceof Number number
                        ? node.isNumber() && node.doubleValue() == number.doubleValue()
                        : node.isBoolean() && expected.equals(node.booleanValue());
        if (!node.isMissingNode() && !node.isNull() && !same) {
            throw unexpected(file, key, expected.toString(), node);
        }
    }

    private static IllegalArgumentException unexpected(
            Path file, String key, String expected, JsonNode found) {
        return new IllegalArgumentException(
                file
                        + ": expected "
                        + key
                        + " to be "
                        + expected
                        + ", found "
                        + (found == null ? "none" : found)
                        + "; this toolkit's GPT has no other: use the config.json that is published with"
                        + " the weights, or load them into a model of your own GptConfig");
    }

    private static Sizes sizes(Path file, Map<String, Tensor> tensors) {
        List<Long> tokens = shape(file, tensors, "wte.weight");
        List<Long> positions = shape(file, tensors, "wpe.weight");
        List<Long> mlp = shape(file, tensors, "h.0.mlp.c_fc.weight");
        int depth = 0;
        while (tensors.containsKey("h." + depth + ".ln_1.weight")) {
            depth++;
        }
        return new Sizes(
                Math.toIntExact(tokens.get(0)),
                Math.toIntExact(positions.get(0)),
                Math.toIntExact(tokens.get(1)),
                depth,
                Math.toIntExact(mlp.get(1)));
    }

    private static List<Long> shape(Path file, Map<String, Tensor> tensors, String name) {
        Tensor tensor = tensors.get(name);
        if (tensor == null || tensor.shape().size() != 2) {
            throw new IllegalArgumentException(
                    file
                            + ": expected the matrix "
                            + name
                            + " of a GPT-2, found "
                            + (tensor == null ? "none" : tensor.shape())
                            + "; give a file as Hugging Face publishes GPT-2's");
        }
        return tensor.shape();
    }
}
