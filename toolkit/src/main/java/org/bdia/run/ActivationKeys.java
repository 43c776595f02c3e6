package org.bdia.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.bdia.nn.Activation;
import org.bdia.nn.Activation.Function;

/**
 * How a model's activation is written. Models had GELU alone before there was a choice, and runs are named by their canonical text,
 * so GELU is written as it was then: not at all, or by GPT's key {@code gelu}. All others are a word of {@link
 * Activation#parse} at the key {@code activation}.
 */
final class ActivationKeys {

    private static final String KEY = "activation";
    private static final String GPT_KEY = "gelu";
    private static final String ERF = "ERF";
    private static final String TANH = "TANH";
    private static final String GELU_WORD = Activation.GELU.word();
    private static final String TANH_WORD = Activation.of(Function.GELU_TANH).word();

    private ActivationKeys() {}

    /** Takes a model's key away where it says GELU, in place. */
    static void shorten(ObjectNode node) {
        String word = node.path(KEY).asText();
        boolean gpt = node.path("name").asText().equals("gpt");
        if (gpt && word.equals(TANH_WORD)) {
            node.remove(KEY);
            node.put(GPT_KEY, TANH);
        } else if (word.equals(GELU_WORD)) {
            node.remove(KEY);
            if (gpt) {
                node.put(GPT_KEY, ERF);
            }
        }
    }

    /** Undoes {@link #shorten} for every model in a tree, in place. */
    static void complete(JsonNode tree) {
        if (tree instanceof ObjectNode node) {
            String name = node.path("name").asText();
            JsonNode gelu = node.path(GPT_KEY);
            if (name.equals("gpt") && gelu.isTextual() && !node.has(KEY)) {
                String word = gelu.asText();
                if (word.equals(ERF) || word.equals(TANH)) {
                    node.remove(GPT_KEY);
                    node.put(KEY, word.equals(TANH) ? TANH_WORD : GELU_WORD);
                }
            } else if (node.has("mlp") && !name.equals("gpt") && !node.has(KEY)) {
                node.put(KEY, GELU_WORD);
            }
        }
        tree.forEach(ActivationKeys::complete);
    }
}
