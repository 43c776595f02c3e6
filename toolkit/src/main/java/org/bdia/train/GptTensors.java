package org.bdia.train;

import ai.djl.ndarray.NDArray;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bdia.nn.Gpt;

/**
 * A GPT's weights under the names that Hugging Face gives them.
 *
 * @param name for example {@code h.0.attn.c_attn.weight}, without a prefix
 * @param array the model's own
 * @param transposed whether the file has the matrix as (in, out), as Conv1D does
 */
record GptTensors(String name, NDArray array, boolean transposed) {

    /** The ends of our blocks' parameter names, and what Hugging Face calls them. */
    private static final Map<String, String> BLOCK =
            Map.ofEntries(
                    Map.entry("01ln1_gamma", "ln_1.weight"),
                    Map.entry("01ln1_beta", "ln_1.bias"),
                    Map.entry("02attention_01qkv_weight", "attn.c_attn.weight"),
                    Map.entry("02attention_01qkv_bias", "attn.c_attn.bias"),
                    Map.entry("02attention_02out_weight", "attn.c_proj.weight"),
                    Map.entry("02attention_02out_bias", "attn.c_proj.bias"),
                    Map.entry("03ln2_gamma", "ln_2.weight"),
                    Map.entry("03ln2_beta", "ln_2.bias"),
                    Map.entry("04mlp_01fc1_weight", "mlp.c_fc.weight"),
                    Map.entry("04mlp_01fc1_bias", "mlp.c_fc.bias"),
                    Map.entry("04mlp_02fc2_weight", "mlp.c_proj.weight"),
                    Map.entry("04mlp_02fc2_bias", "mlp.c_proj.bias"));

    /** All weights of an initialised model. */
    static List<GptTensors> of(Gpt model) {
        List<GptTensors> tensors = new ArrayList<>();
        int depth = model.config().depth();
        for (Pair<String, Parameter> entry : model.getParameters()) {
            String ours = entry.getKey(); // 01embedding_token, 02block_…, …, 14norm_gamma
            int number = Integer.parseInt(ours.substring(0, 2).replaceAll("\\D.*", ""));
            String rest = ours.substring(ours.indexOf('_') + 1);
            boolean block = number > 1 && number <= depth + 1;
            String name =
                    block
                            ? "h." + (number - 2) + "." + BLOCK.get(rest)
                            : switch (rest) {
                                case "token" -> "wte.weight";
                                case "position" -> "wpe.weight";
                                case "gamma" -> "ln_f.weight";
                                default -> "ln_f.bias";
                            };
            boolean matrix = block && name.endsWith("weight") && !name.contains(".ln_");
            tensors.add(new GptTensors(name, entry.getValue().getArray(), matrix));
        }
        return tensors;
    }

    /** The shape that the tensor has in a file. */
    List<Long> shape() {
        long[] axes = array.getShape().getShape();
        return transposed ? List.of(axes[1], axes[0]) : Arrays.stream(axes).boxed().toList();
    }
}
