package org.bdia.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;

/**
 * How a GPT's activation is written. It had the two GELUs alone before there was a choice, at the key {@code gelu}, and runs are
 * named by their canonical text, so that they are still written as they were then. All others are a word of {@link
 * Activation#parse} at the key {@code activation}.
 */
final class ActivationKeys {

    private static final String MODEL = "gpt";
    private static final String KEY = "activation";
    private static final String OLD_KEY = "gelu";
    private static final Map<String, String> OLD =
            Map.of(
                    Activation.GELU.word(), "ERF",
                    Activation.of(Activation.Function.GELU_TANH).word(), "TANH");

    private ActivationKeys() {}

    /** Writes a model's GELU as it was written then, in place. */
    static void shorten(ObjectNode node) {
        String old = OLD.get(node.path(KEY).asText());
        if (isGpt(node) && old != null) {
            node.remove(KEY);
            node.put(OLD_KEY, old);
        }
    }

    /** Undoes {@link #shorten} for every model in a tree, in place. */
    static void complete(JsonNode tree) {
        if (tree instanceof ObjectNode node && isGpt(node) && !node.has(KEY)) {
            String old = node.path(OLD_KEY).asText();
            OLD.forEach(
                    (word, name) -> {
                        if (name.equals(old)) {
                            node.remove(OLD_KEY);
                            node.put(KEY, word);
                        }
                    });
        }
        tree.forEach(ActivationKeys::complete);
    }

    private static boolean isGpt(ObjectNode node) {
        return node.path("name").asText().equals(MODEL);
    }
}
