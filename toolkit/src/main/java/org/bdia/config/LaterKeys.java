package org.bdia.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.Map;

/**
 * Keys that came after the first recorded runs. At the value that is meant without them they are left out, so that
 * configurations keep the text, and runs the ids, that they had before.
 */
final class LaterKeys {

    /** By the object's {@code name}: the key, and what its absence means. */
    private static final Map<String, Map<String, JsonNode>> MEANT =
            Map.of(
                    "bdia", Map.of("per", TextNode.valueOf("SAMPLE")),
                    "bdia-float",
                            Map.of(
                                    "per", TextNode.valueOf("SAMPLE"),
                                    "law", TextNode.valueOf("SIGNS")),
                    "vit",
                            Map.of(
                                    "dropPath", DoubleNode.valueOf(0),
                                    "activation", TextNode.valueOf("gelu")),
                    "gpt", Map.of("dropPath", DoubleNode.valueOf(0)),
                    "seq2-seq",
                            Map.of(
                                    "dropPath", DoubleNode.valueOf(0),
                                    "activation", TextNode.valueOf("gelu")));

    private LaterKeys() {}

    /** Whether an object says with this key what it says without it. */
    static boolean goesWithoutSaying(JsonNode object, String key, JsonNode value) {
        JsonNode meant = of(object).get(key);
        if (meant == null || !meant.isNumber() || !value.isNumber()) {
            return value.equals(meant);
        }
        return meant.doubleValue() == value.doubleValue(); // 0 and 0.0 are the same number
    }

    /** A copy of a tree that says what goes without saying. */
    static JsonNode spelledOut(JsonNode tree) {
        JsonNode copy = tree.deepCopy();
        spellOut(copy);
        return copy;
    }

    private static void spellOut(JsonNode node) {
        if (node instanceof ObjectNode object) {
            of(object)
                    .forEach(
                            (key, value) -> {
                                if (!object.has(key)) {
                                    object.set(key, value);
                                }
                            });
        }
        node.forEach(LaterKeys::spellOut);
    }

    private static Map<String, JsonNode> of(JsonNode object) {
        return MEANT.getOrDefault(object.path("name").asText(), Map.of());
    }
}
