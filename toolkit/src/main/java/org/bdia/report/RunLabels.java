package org.bdia.report;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Names for runs by what tells them apart: the method, and every other key of config.json, the seed aside, that is not
 * the same in all of them.
 *
 * <p>How a method is parametrised and differentiated counts among runs of that method alone, so that plain STORE beside
 * BDIA REVERSIBLE are {@code standard} and {@code bdia}; 0, false and missing go without saying: {@code standard} beside
 * {@code standard+dropout0.1}.
 */
public final class RunLabels {

    private static final String METHOD = "method.name";
    private static final String SPLIT_SEED = "task.splitSeed";
    private static final Map<String, String> SHORT = Map.of("level", "l");

    private final List<Map<String, JsonNode>> configs;

    private RunLabels(List<Map<String, JsonNode>> configs) {
        this.configs = configs;
    }

    /**
     * Returns one label per configuration, in their order; two are equal only if the configurations differ in nothing but
     * the seed, and the seed of the split where it is the run's in all of them.
     *
     * @param configs each a run's config.json
     */
    public static List<String> of(List<JsonNode> configs) {
        List<Map<String, JsonNode>> leaves = configs.stream().map(RunLabels::leaves).toList();
        if (leaves.stream().allMatch(RunLabels::isResampled)) {
            leaves.forEach(config -> config.remove(SPLIT_SEED));
        }
        return new RunLabels(leaves).labels();
    }

    private static boolean isResampled(Map<String, JsonNode> config) {
        return config.containsKey("seed")
                && config.containsKey(SPLIT_SEED)
                && config.get(SPLIT_SEED).asLong() == config.get("seed").asLong();
    }

    private List<String> labels() {
        List<String> labels = labels(Set.of());
        Set<String> lacked = lacked(labels);
        return lacked.isEmpty() ? labels : labels(lacked);
    }

    /** Returns the keys that some but not all runs of one label have. */
    private Set<String> lacked(List<String> labels) {
        Map<String, Set<String>> shared = new HashMap<>();
        for (int i = 0; i < labels.size(); i++) {
            Set<String> keys = configs.get(i).keySet();
            shared.computeIfAbsent(labels.get(i), label -> new HashSet<>(keys)).retainAll(keys);
        }
        Set<String> lacked = new TreeSet<>();
        for (int i = 0; i < labels.size(); i++) {
            Set<String> keys = shared.get(labels.get(i));
            configs.get(i).keySet().stream()
                    .filter(path -> !path.equals("seed") && !keys.contains(path))
                    .forEach(lacked::add);
        }
        return lacked;
    }

    private List<String> labels(Set<String> lacked) {
        Set<String> shared = varying(configs, path -> !isOfMethod(path));
        lacked.stream().filter(path -> !isOfMethod(path)).forEach(shared::add);
        Map<JsonNode, Set<String>> ofMethods = new HashMap<>();
        configs.stream()
                .collect(Collectors.groupingBy(config -> config.get(METHOD)))
                .forEach(
                        (method, same) -> {
                            Set<String> own = varying(same, RunLabels::isOfMethod);
                            lacked.stream().filter(RunLabels::isOfMethod).forEach(own::add);
                            ofMethods.put(method, own);
                        });
        return configs.stream()
                .map(config -> label(config, shared, ofMethods.get(config.get(METHOD))))
                .toList();
    }

    private static String label(
            Map<String, JsonNode> config, Set<String> shared, Set<String> ofMethod) {
        Set<String> own = new TreeSet<>(ofMethod);
        StringBuilder label = new StringBuilder(config.get(METHOD).asText());
        if (own.remove("method.level")) {
            label.append(suffix("method.level", config, own));
        }
        shared.forEach(path -> label.append(suffix(path, config, shared)));
        if (own.remove("method.gamma")) {
            label.append(" γ=").append(config.get("method.gamma").asText());
        }
        if (own.remove("backprop")) {
            String way = config.get("backprop").asText().toLowerCase(Locale.ROOT);
            label.append(" (").append(way).append(")");
        }
        own.forEach(path -> label.append(suffix(path, config, own)));
        return label.toString();
    }

    private static boolean isOfMethod(String path) {
        return path.startsWith("method.") || path.equals("backprop") || path.equals("verify");
    }

    /** Returns the paths with several values among the configurations that have them. */
    private static Set<String> varying(
            List<Map<String, JsonNode>> configs, Predicate<String> wanted) {
        Map<String, JsonNode> first = new HashMap<>();
        Set<String> varying = new TreeSet<>();
        for (Map<String, JsonNode> config : configs) {
            config.forEach(
                    (path, value) -> {
                        JsonNode before = first.putIfAbsent(path, value);
                        if (before != null && !before.equals(value)) {
                            varying.add(path);
                        }
                    });
        }
        varying.removeIf(wanted.negate().or(path -> path.equals("seed")));
        return varying;
    }

    private static String suffix(String path, Map<String, JsonNode> config, Set<String> paths) {
        JsonNode value = config.get(path);
        if (value == null || (value.isNumber() && value.asDouble() == 0)) {
            return "";
        }
        String key = path.substring(path.lastIndexOf('.') + 1);
        boolean unique = paths.stream().filter(p -> p.endsWith("." + key)).count() <= 1;
        String name = unique ? SHORT.getOrDefault(key, key) : path;
        if (value.isBoolean()) {
            return value.asBoolean() ? "+" + name : "";
        }
        String text =
                value.isTextual() ? value.asText().toLowerCase(Locale.ROOT) : value.toString();
        return "+" + (key.equals("name") ? "" : name) + text.replaceFirst("\\.0$", "");
    }

    /** Returns every value that is no object, by the keys down to it. */
    private static Map<String, JsonNode> leaves(JsonNode config) {
        Map<String, JsonNode> leaves = new LinkedHashMap<>();
        collect(config, "", leaves);
        return leaves;
    }

    private static void collect(JsonNode node, String path, Map<String, JsonNode> leaves) {
        if (!node.isObject()) {
            leaves.put(path, node);
            return;
        }
        node.properties()
                .forEach(
                        entry ->
                                collect(
                                        entry.getValue(),
                                        path.isEmpty()
                                                ? entry.getKey()
                                                : path + "." + entry.getKey(),
                                        leaves));
    }
}
