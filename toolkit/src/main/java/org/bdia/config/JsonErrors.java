package org.bdia.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonMappingException.Reference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import org.bdia.io.StrictJson;

/** Jackson's exceptions in the words of someone who edits the file. */
final class JsonErrors {
    private JsonErrors() {}

    static FileException describe(String source, JsonNode tree, JsonProcessingException e) {
        if (e instanceof JsonMappingException mapping) {
            return new FileException(source + ": " + message(tree, mapping), e);
        }
        var at = e.getLocation();
        var where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
        return new FileException(
                source
                        + where
                        + ": expected JSON, found: "
                        + StrictJson.reason(e)
                        + "; fix the file there, or write it again",
                e);
    }

    private static String message(JsonNode tree, JsonMappingException e) {
        var path = path(e);
        if (e instanceof UnrecognizedPropertyException unknown) {
            return key(path)
                    + " is unknown; expected one of "
                    + new TreeSet<>(unknown.getKnownPropertyIds());
        }
        if (e instanceof InvalidTypeIdException kind) {
            path.add("name");
            var found =
                    kind.getTypeId() == null ? " is missing" : " is \"" + kind.getTypeId() + "\"";
            return key(path)
                    + found
                    + "; expected one of "
                    + Json.names(kind.getBaseType().getRawClass());
        }
        if (e instanceof ValueInstantiationException refused && refused.getCause() != null) {
            return (path.isEmpty() ? "" : key(path) + ": ") + refused.getCause().getMessage();
        }
        if (path.isEmpty()) {
            return "expected one JSON object, found more after its end; remove what follows";
        }
        var found = at(tree, path);
        if (found.isMissingNode()) {
            var keys = new TreeSet<String>();
            at(tree, path.subList(0, path.size() - 1)).fieldNames().forEachRemaining(keys::add);
            return key(path) + " is missing; found the keys " + keys;
        }
        if (e instanceof MismatchedInputException mismatch && mismatch.getTargetType() != null) {
            return key(path)
                    + " must be "
                    + expected(mismatch.getTargetType())
                    + ", but is "
                    + found;
        }
        return key(path) + ": " + StrictJson.reason(e);
    }

    private static String expected(Class<?> type) {
        if (type.isEnum()) {
            return "one of " + Arrays.toString(type.getEnumConstants());
        }
        return Collection.class.isAssignableFrom(type) ? "a list" : type.getSimpleName();
    }

    /** The keys and list positions down to the place of the error. */
    private static List<String> path(JsonMappingException e) {
        var path = new ArrayList<String>();
        for (Reference step : e.getPath()) {
            path.add(step.getFieldName() == null ? "" + step.getIndex() : step.getFieldName());
        }
        return path;
    }

    /** The key as it is nested, for example {@code model.depth} or {@code seeds.0}. */
    private static String key(List<String> path) {
        return "key '" + String.join(".", path) + "'";
    }

    private static JsonNode at(JsonNode tree, List<String> path) {
        var node = tree;
        for (var step : path) {
            node = node.isArray() ? node.path(Integer.parseInt(step)) : node.path(step);
        }
        return node;
    }
}
