package org.bdia.experiment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/**
 * The values of an axis of a {@link Search}, each a function of one uniform number: {@code [32, 64]} is a list to choose from,
 * {@code {"uniform": [0, 0.3]}} a range, and {@code {"log": [1e-4, 1e-2]}} a range whose logarithm is uniform. Numbers of
 * ranges have three significant digits, so that configurations read well.
 */
public sealed interface Distribution {

    /**
     * Returns the value at a quantile.
     *
     * @param u the quantile, 0 ≤ u &lt; 1
     */
    JsonNode at(double u);

    /**
     * Reads a list of values or a range.
     *
     * @throws IllegalArgumentException if it is neither, has no value, or has one twice
     */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Distribution of(JsonNode json) {
        if (json.isArray()) {
            return new Choice(json.valueStream().toList());
        }
        JsonNode range = json.elements().hasNext() ? json.elements().next() : json;
        boolean numbers =
                range.isArray()
                        && range.size() == 2
                        && range.valueStream().allMatch(JsonNode::isNumber);
        if (json.size() == 1 && numbers) {
            double low = range.get(0).doubleValue();
            double high = range.get(1).doubleValue();
            if (json.has("uniform")) {
                return new Range(Scale.UNIFORM, low, high);
            }
            if (json.has("log")) {
                return new Range(Scale.LOG, low, high);
            }
        }
        throw new IllegalArgumentException(
                "expected a list of values, {\"uniform\": [low, high]} or {\"log\": [low, high]}, found "
                        + json);
    }

    /**
     * One of some values, all equally likely.
     *
     * @param values at least one, each once
     */
    record Choice(List<JsonNode> values) implements Distribution {

        /** Copies the values. */
        public Choice {
            if (values.isEmpty() || new HashSet<>(values).size() < values.size()) {
                throw new IllegalArgumentException(
                        "a list must have values, each once, but is " + values);
            }
            values = List.copyOf(values);
        }

        @Override
        public JsonNode at(double u) {
            return values.get((int) (u * values.size()));
        }
    }

    /** How the numbers of a {@link Range} are distributed. */
    enum Scale {
        /** The number is uniform. */
        UNIFORM,

        /** Its logarithm is. */
        LOG
    }

    /**
     * A number that is uniform, or whose logarithm is.
     *
     * @param scale the distribution
     * @param low the lowest, above 0 for logarithms
     * @param high the highest, above it
     */
    record Range(Scale scale, double low, double high) implements Distribution {

        /** Checks the range. */
        public Range {
            String range = "[" + low + ", " + high + "]";
            if (!(low < high) || Double.isInfinite(low) || Double.isInfinite(high)) {
                throw new IllegalArgumentException(
                        "a "
                                + scale.name().toLowerCase(Locale.ROOT)
                                + " range must be two finite numbers, the lower first, but is "
                                + range);
            }
            if (scale == Scale.LOG && low <= 0) {
                throw new IllegalArgumentException(
                        "a log range must begin above 0, but is "
                                + range
                                + "; take a small number, or a uniform range");
            }
        }

        @Override
        public JsonNode at(double u) {
            return rounded(
                    scale == Scale.LOG ? low * Math.pow(high / low, u) : low + u * (high - low),
                    low,
                    high);
        }
    }

    private static JsonNode rounded(double value, double low, double high) {
        double near = new BigDecimal(value).round(new MathContext(3)).doubleValue();
        return DoubleNode.valueOf(Math.min(high, Math.max(low, near)));
    }
}
