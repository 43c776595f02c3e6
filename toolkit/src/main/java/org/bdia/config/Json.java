package org.bdia.config;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.InjectableValues;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.deser.std.StdDelegatingDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import com.fasterxml.jackson.databind.type.TypeFactory;
import com.fasterxml.jackson.databind.util.StdConverter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.bdia.io.StrictJson;

/**
 * Records to JSON and back, strictly: an unknown, missing, repeated or null key, or a value of another type
 * than the record's, is an error that names file and key.
 *
 * <p>A value of a sealed interface carries the kind in the key {@code name}: its record's name in kebab case, without
 * a closing {@code Config}:
 * {@code {"name":"bdia","gamma":0.5,"level":9,"per":"SAMPLE"}}.
 */
public final class Json {
    /** The sealed interfaces that configurations are made of. */
    private static final List<Class<?>> SEALED =
            List.of(
                    Method.class,
                    ModelConfig.class,
                    TaskConfig.class,
                    Start.class,
                    Schedule.class,
                    OptimizerConfig.class);

    /** Proper names, which kebab case would split, and names that would come twice. */
    private static final Map<Class<?>, String> PROPER =
            Map.of(
                    Method.RevNet.class, "revnet",
                    OwnData.Images.class, "own-images",
                    OwnData.Text.class, "own-text",
                    OwnData.Pairs.class, "own-pairs",
                    OwnData.Completions.class, "own-completions");

    /** Keys that may be left out: they came after runs whose names are made of their JSON. */
    static final String PATIENCE = "patience";

    static final String UPDATE = "update";
    static final String CLIP_BY = "clipBy";
    static final String MICRO_BATCHES = "microBatches";
    static final String HEAD_TOKENS = "headTokens";
    static final String PRECISION = "precision";

    /** Key of a run's manifest that the first runs lack. */
    public static final String ARITHMETIC = "arithmetic";

    /** Equals the enum constants that JSON leaves out: run ids are made of JSON, and their keys came after the first runs. */
    static final class Omitted {
        @Override
        public boolean equals(Object value) {
            return value == Precision.FLOAT32
                    || value == Update.AFTER_BACKWARD
                    || value == ClipBy.GLOBAL;
        }

        @Override
        public int hashCode() {
            return 0;
        }
    }

    private static final JsonMapper MAPPER = mapper();
    private static final ObjectWriter PRETTY =
            MAPPER.writer(
                    new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

    private Json() {}

    /**
     * The one rendering of a value that is hashed: keys sorted, no spaces, shortest decimal numbers.
     *
     * @throws IllegalArgumentException if the value holds a number that is not finite, which JSON lacks
     */
    public static String canonical(Object value) {
        // A node's own toString would write numbers as the Java version does.
        return text(MAPPER.writer(), value);
    }

    /**
     * Returns the content of {@link #canonical}, indented, with a closing line break.
     *
     * @throws IllegalArgumentException as {@link #canonical}
     */
    public static String pretty(Object value) {
        return text(PRETTY, value) + "\n";
    }

    private static String text(ObjectWriter writer, Object value) {
        try {
            return writer.writeValueAsString(sorted(MAPPER.valueToTree(value), ""));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("cannot be written as JSON: " + value, e);
        }
    }

    /**
     * Reads a value from text.
     *
     * @param source where the text is from, for messages
     * @throws FileException if the text is not JSON, or not that of the type
     */
    public static <T> T parse(String text, Class<T> type, String source) {
        var tree = tree(text, source);
        try {
            return MAPPER.treeToValue(tree, type);
        } catch (JsonProcessingException e) {
            throw JsonErrors.describe(source, tree, e);
        }
    }

    /**
     * Reads a value from a file.
     *
     * @throws FileException if the file cannot be read, is not JSON, or not that of the type
     */
    public static <T> T read(Path file, Class<T> type) {
        return parse(TextFile.read(file), type, file.toString());
    }

    /**
     * Reads a file without asking for a type.
     *
     * @throws FileException if the file cannot be read or does not hold one JSON object
     */
    public static JsonNode tree(Path file) {
        return tree(TextFile.read(file), file.toString());
    }

    /**
     * Reads text without asking for a type.
     *
     * @param source where the text is from, for messages
     * @throws FileException if the text does not hold one JSON object
     */
    public static JsonNode tree(String text, String source) {
        JsonNode tree;
        try {
            tree = MAPPER.readTree(text);
        } catch (JsonProcessingException e) {
            throw JsonErrors.describe(source, JsonNodeFactory.instance.objectNode(), e);
        }
        if (!tree.isObject()) {
            throw new FileException(
                    source
                            + ": expected one JSON object, found "
                            + (tree.isMissingNode()
                                    ? "nothing"
                                    : tree.getNodeType().toString().toLowerCase(Locale.ROOT))
                            + "; it begins with { and ends with }");
        }
        return tree;
    }

    private static JsonNode sorted(JsonNode node, String key) {
        if (node.isObject()) {
            var object = JsonNodeFactory.instance.objectNode();
            node.properties().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(e -> object.set(e.getKey(), sorted(e.getValue(), e.getKey())));
            return object;
        }
        if (node.isArray()) {
            var array = JsonNodeFactory.instance.arrayNode();
            node.forEach(element -> array.add(sorted(element, key)));
            return array;
        }
        if (node.isFloatingPointNumber() && !Double.isFinite(node.doubleValue())) {
            throw new IllegalArgumentException(
                    "key '" + key + "' must be a finite number, but is " + node.doubleValue());
        }
        return node;
    }

    private static JsonMapper mapper() {
        var builder =
                StrictJson.builder()
                        // Double.toString changed in Java 19; hashes must not.
                        .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
                        .injectableValues(
                                new InjectableValues.Std()
                                        .addValue(PATIENCE, 0)
                                        .addValue(UPDATE, Update.AFTER_BACKWARD)
                                        .addValue(CLIP_BY, ClipBy.GLOBAL)
                                        .addValue(MICRO_BATCHES, 0)
                                        .addValue(HEAD_TOKENS, 0)
                                        .addValue(PRECISION, Precision.FLOAT32)
                                        .addValue(ARITHMETIC, "unknown"))
                        .addModule(texts());
        for (var type : SEALED) {
            builder.addMixIn(type, Named.class);
            for (var permitted : permitted(type)) {
                builder.registerSubtypes(new NamedType(permitted, name(permitted)));
            }
        }
        return builder.build();
    }

    /** Instants as ISO-8601 text, activations as their words. */
    private static SimpleModule texts() {
        return new SimpleModule()
                .addSerializer(Instant.class, ToStringSerializer.instance)
                .addDeserializer(Instant.class, reading(Instant::parse))
                .addSerializer(ActivationConfig.class, ToStringSerializer.instance)
                .addDeserializer(ActivationConfig.class, reading(ActivationConfig::parse));
    }

    private static <T> StdDelegatingDeserializer<T> reading(Function<String, T> parse) {
        return new StdDelegatingDeserializer<>(
                new StdConverter<String, T>() {
                    @Override
                    public T convert(String text) {
                        return parse.apply(text);
                    }

                    @Override
                    public JavaType getInputType(TypeFactory factory) {
                        return factory.constructType(String.class);
                    }
                });
    }

    /**
     * Returns the values of the key {@code name} for a sealed interface. Reflection, because the permitted records are
     * part of the interface's declaration, so none can be forgotten.
     */
    static List<String> names(Class<?> type) {
        return permitted(type).stream().map(Json::name).sorted().toList();
    }

    private static List<Class<?>> permitted(Class<?> type) {
        return Arrays.stream(type.getPermittedSubclasses())
                .<Class<?>>flatMap(
                        each ->
                                each.isSealed()
                                        ? permitted(each).stream()
                                        : Stream.<Class<?>>of(each))
                .toList();
    }

    /** Returns the value of the key {@code name} for a record of a sealed interface. */
    static String name(Class<?> permitted) {
        if (PROPER.containsKey(permitted)) {
            return PROPER.get(permitted);
        }
        var camel = permitted.getSimpleName().replaceFirst("(?<=.)Config$", "");
        return camel.replaceAll("(?<=[a-z0-9])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    /** Gives a sealed interface's values the key {@code name}. */
    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "name")
    private interface Named {}
}
