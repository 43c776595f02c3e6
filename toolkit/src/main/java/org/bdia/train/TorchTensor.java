package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bdia.config.VitConfig;
import org.bdia.nn.Gpt;
import org.bdia.nn.Seq2Seq;
import org.bdia.nn.VisionTransformer;

/**
 * A tensor of a model under the name that PyTorch's users know.
 *
 * @param name for example {@code blocks.0.attn.qkv.weight}, without a prefix
 * @param arrays the model's own, which stand one behind the other in the tensor: keys and values behind queries
 * @param shape of the tensor
 * @param transposed whether the file has the matrix as (in, out), as GPT-2's Conv1D does
 */
record TorchTensor(String name, List<NDArray> arrays, List<Long> shape, boolean transposed) {

    /** A layer's number, in the names of both sides. */
    private static final String LAYER = "#";

    /** A parameter: its block's number and name, and its path inside the block. */
    private static final Pattern PARAMETER = Pattern.compile("(\\d+)([a-z]+)_(.+)");

    private static final Map<String, String> GPT2 =
            names(
                    """
                    embedding_token        wte.weight
                    embedding_position     wpe.weight
                    block_ln1_             h.#.ln_1.
                    block_attention_qkv_   h.#.attn.c_attn.
                    block_attention_out_   h.#.attn.c_proj.
                    block_ln2_             h.#.ln_2.
                    block_mlp_fc1_         h.#.mlp.c_fc.
                    block_mlp_fc2_         h.#.mlp.c_proj.
                    norm_                  ln_f.
                    """);

    private static final Map<String, String> TIMM =
            names(
                    """
                    embedding_class_token        cls_token
                    embedding_position           pos_embed
                    embedding_norm_              patch_embed.norm.
                    embedding_project_           patch_embed.proj.
                    block_ln1_                   blocks.#.norm1.
                    block_attention_temperature  blocks.#.attn.temperature
                    block_attention_qkv_         blocks.#.attn.qkv.
                    block_attention_out_         blocks.#.attn.proj.
                    block_ln2_                   blocks.#.norm2.
                    block_mlp_                   blocks.#.mlp.
                    norm_                        norm.
                    head_                        head.
                    """);

    private static final Map<String, String> TRANSFORMER =
            names(
                    """
                    source_token              source.weight
                    source_position           source_position.weight
                    target_token              target.weight
                    target_position           target_position.weight
                    encoder_norm_             encoder.norm.
                    encoder_ln1_              encoder.layers.#.norm1.
                    encoder_attention_qkv_    encoder.layers.#.self_attn.in_proj_
                    encoder_attention_out_    encoder.layers.#.self_attn.out_proj.
                    encoder_ln2_              encoder.layers.#.norm2.
                    encoder_mlp_fc1_          encoder.layers.#.linear1.
                    encoder_mlp_fc2_          encoder.layers.#.linear2.
                    decoder_norm_             decoder.norm.
                    decoder_ln1_              decoder.layers.#.norm1.
                    decoder_attention_qkv_    decoder.layers.#.self_attn.in_proj_
                    decoder_attention_out_    decoder.layers.#.self_attn.out_proj.
                    decoder_ln2_              decoder.layers.#.norm2.
                    decoder_cross_query_      decoder.layers.#.multihead_attn.in_proj_
                    decoder_cross_key_value_  decoder.layers.#.multihead_attn.in_proj_
                    decoder_cross_out_        decoder.layers.#.multihead_attn.out_proj.
                    decoder_ln3_              decoder.layers.#.norm3.
                    decoder_mlp_fc1_          decoder.layers.#.linear1.
                    decoder_mlp_fc2_          decoder.layers.#.linear2.
                    """);

    private static Map<String, String> names(String table) {
        Map<String, String> names = new HashMap<>();
        table.lines().map(line -> line.split(" +")).forEach(row -> names.put(row[0], row[1]));
        return Map.copyOf(names);
    }

    /**
     * Returns all weights of a model, under GPT-2's names as Hugging Face has them, timm's of a vision transformer, or those of
     * PyTorch's {@code nn.Transformer}.
     *
     * @param model an initialised model of this toolkit
     * @throws IllegalArgumentException if it is another one, or not initialised
     */
    static List<TorchTensor> of(Block model) {
        Weights.requireInitialized(model);
        if (model instanceof Gpt) {
            return of(model, GPT2);
        }
        if (model instanceof Seq2Seq) {
            return of(model, TRANSFORMER);
        }
        if (model instanceof VisionTransformer vit) {
            VitConfig config = vit.config();
            long patch = config.patch();
            return of(model, TIMM).stream()
                    .map(
                            tensor ->
                                    tensor.name.equals("patch_embed.proj.weight")
                                            ? tensor.withShape(
                                                    tensor.shape.get(0),
                                                    tensor.shape.get(1) / (patch * patch),
                                                    patch,
                                                    patch)
                                            : tensor)
                    .toList();
        }
        throw new IllegalArgumentException(
                "PyTorch's names are known of Gpt, VisionTransformer and Seq2Seq, but the model is a "
                        + model.getClass().getSimpleName()
                        + "; use Weights.save and Weights.load");
    }

    private static List<TorchTensor> of(Block model, Map<String, String> names) {
        Map<String, TreeSet<Integer>> numbers = new HashMap<>();
        Map<String, List<NDArray>> arrays = new LinkedHashMap<>();
        for (Pair<String, Parameter> parameter : model.getParameters()) {
            Matcher matcher = PARAMETER.matcher(parameter.getKey());
            if (!matcher.matches()) {
                throw new IllegalStateException(parameter.getKey() + " has no block's number");
            }
            TreeSet<Integer> blocks =
                    numbers.computeIfAbsent(matcher.group(2), name -> new TreeSet<>());
            blocks.add(Integer.parseInt(matcher.group(1)));
            String path = matcher.group(2) + "_" + matcher.group(3).replaceAll("(^|_)\\d+", "$1");
            String name = name(path, names).replace(LAYER, "" + (blocks.size() - 1));
            arrays.computeIfAbsent(name, key -> new ArrayList<>())
                    .add(parameter.getValue().getArray());
        }
        List<TorchTensor> tensors = new ArrayList<>();
        arrays.forEach((name, parts) -> tensors.add(of(name, parts, names == GPT2)));
        return tensors;
    }

    /** The name of a parameter whose path is in the table, or begins there and ends with its kind. */
    private static String name(String path, Map<String, String> names) {
        if (names.containsKey(path)) {
            return names.get(path);
        }
        String block = path;
        while (!names.containsKey(block)) {
            block = block.substring(0, block.lastIndexOf('_', block.length() - 2) + 1);
            if (block.isEmpty()) {
                throw new IllegalStateException(path + " has no name in PyTorch");
            }
        }
        String rest = path.substring(block.length()).replace("gamma", "weight");
        return names.get(block) + rest.replace("beta", "bias").replace('_', '.');
    }

    private static TorchTensor of(String name, List<NDArray> arrays, boolean conv1d) {
        long[] axes = arrays.get(0).getShape().getShape().clone();
        boolean transposed = conv1d && name.startsWith("h.") && axes.length == 2;
        for (NDArray more : arrays.subList(1, arrays.size())) {
            axes[0] += more.getShape().get(0);
        }
        List<Long> shape =
                transposed ? List.of(axes[1], axes[0]) : Arrays.stream(axes).boxed().toList();
        return new TorchTensor(name, List.copyOf(arrays), shape, transposed);
    }

    private TorchTensor withShape(Long... axes) {
        return new TorchTensor(name, arrays, List.of(axes), transposed);
    }

    /** The bytes of the tensor. */
    long size() {
        return Float.BYTES * shape.stream().reduce(1L, Math::multiplyExact);
    }
}
