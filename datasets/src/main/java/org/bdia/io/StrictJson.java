package org.bdia.io;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Reads JSON strictly: a repeated, unknown, missing or null key, a value of another type than the record's, and anything
 * after the value are errors.
 *
 * <p>Jackson is an optional dependency of this module, needed only for this class.
 */
public final class StrictJson {
    /** The default mapper. */
    public static final JsonMapper MAPPER = builder().build();

    private static final Pattern SOURCE = Pattern.compile("\\[Source: .*?; (line: [^\\]]*)]");

    private StrictJson() {}

    /** Returns what is wrong with a text, without the source's name, which Jackson does not know. */
    public static String reason(JsonProcessingException e) {
        return SOURCE.matcher(e.getOriginalMessage()).replaceAll("$1");
    }

    /** Returns the default configuration, for mappers that change it. */
    public static JsonMapper.Builder builder() {
        var factory =
                JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();
        return JsonMapper.builder(factory)
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .withCoercionConfig(
                        LogicalType.Textual,
                        text ->
                                List.of(
                                                CoercionInputShape.Integer,
                                                CoercionInputShape.Float,
                                                CoercionInputShape.Boolean)
                                        .forEach(
                                                shape ->
                                                        text.setCoercion(
                                                                shape, CoercionAction.Fail)));
    }
}
