package org.bdia.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.bdia.config.Json;
import org.bdia.config.Method;
import org.bdia.config.RunConfig;

/**
 * Every combination of the values of some axes, see {@link Sweep}.
 *
 * @param name what messages call it
 * @param axes the values of each axis
 */
record Grid(String name, Map<String, List<JsonNode>> axes) {

    static final String TASK = "task";
    private static final String SEED = "seed";
    private static final String METHOD = "method";
    private static final String BACKPROP = "backprop";

    /** Tasks and then seeds vary slowest, the last axis fastest. */
    List<RunConfig> configs(Environment environment) {
        Map<String, List<JsonNode>> ordered = new LinkedHashMap<>();
        for (String first : List.of(TASK, SEED)) {
            if (axes.containsKey(first)) {
                ordered.put(first, axes.get(first));
            }
        }
        axes.forEach(ordered::putIfAbsent);
        List<Map<String, JsonNode>> points = List.of(Map.of());
        for (Map.Entry<String, List<JsonNode>> axis : ordered.entrySet()) {
            points = times(points, axis.getKey(), axis.getValue());
        }
        return points.stream().map(point -> config(point, environment)).toList();
    }

    private static List<Map<String, JsonNode>> times(
            List<Map<String, JsonNode>> points, String axis, List<JsonNode> values) {
        List<Map<String, JsonNode>> product = new ArrayList<>();
        for (Map<String, JsonNode> point : points) {
            for (JsonNode value : values) {
                Map<String, JsonNode> longer = new LinkedHashMap<>(point);
                longer.put(axis, value);
                product.add(longer);
            }
        }
        return product;
    }

    private RunConfig config(Map<String, JsonNode> point, Environment environment) {
        String source = name + ", " + point;
        String task = point.get(TASK).asText();
        JsonNode seed = point.getOrDefault(SEED, LongNode.valueOf(0));
        RunConfig preset =
                Workload.preset(task, environment)
                        .variants(Variant.of(Method.standard()))
                        .onlySeeds(seed.asLong())
                        .configs()
                        .get(0);
        ObjectNode config = Json.parse(preset.json(), ObjectNode.class, source);
        // An object replaces what is in it, so it comes before the keys inside.
        List<String> outermostFirst =
                point.keySet().stream()
                        .filter(axis -> !axis.equals(TASK))
                        .sorted(Comparator.comparingInt(axis -> axis.split("\\.", -1).length))
                        .toList();
        for (String axis : outermostFirst) {
            replace(config, axis, point.get(axis), task);
        }
        if (point.keySet().stream().anyMatch(axis -> axis.startsWith(METHOD))
                && !point.containsKey(BACKPROP)) {
            Method method = Json.parse(config.get(METHOD).toString(), Method.class, source);
            config.put(BACKPROP, method.backprop().name());
        }
        return Json.parse(config.toString(), RunConfig.class, source);
    }

    private void replace(ObjectNode config, String axis, JsonNode value, String task) {
        JsonNode parent = config;
        String[] keys = axis.split("\\.", -1);
        for (int i = 0; i < keys.length; i++) {
            if (!parent.has(keys[i])) {
                List<String> there = new ArrayList<>();
                parent.fieldNames().forEachRemaining(there::add);
                String above =
                        i == 0
                                ? ""
                                : " under '" + String.join(".", List.of(keys).subList(0, i)) + "'";
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: axis '%s' is no key of %s's configuration: expected one of %s%s, found '%s'",
                                name,
                                axis,
                                task,
                                there,
                                above,
                                keys[i]));
            }
            if (i < keys.length - 1) {
                parent = parent.get(keys[i]);
            }
        }
        ((ObjectNode) parent).set(keys[keys.length - 1], value);
    }
}
