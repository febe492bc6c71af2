package dev.reflow.task.builtin;

import com.dashjoin.jsonata.Jsonata;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.JsonLimits;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * JSON on its way into one evaluation and out again. JSONata computes in doubles and shows 15 significant digits of
 * them; a number that an expression only hands on leaves with all the digits that it came with.
 */
final class JsonataValues {
    private static final MathContext SHOWN = new MathContext(15);
    private static final int MAX_VALUES = 2_000_000;
    private static final double LONG_RANGE = 0x1p63;

    private final EvaluationBounds bounds;
    /** Numbers that would leave changed, by the double that they are meanwhile; null where that stands for several. */
    private final Map<Double, JsonNode> originals = new HashMap<>();

    private int values;

    JsonataValues(EvaluationBounds bounds) {
        this.bounds = bounds;
    }

    @Nullable
    Object toJava(JsonNode json) {
        return switch (json.getNodeType()) {
            case MISSING -> null; // undefined
            case NULL -> Jsonata.NULL_VALUE;
            case BOOLEAN -> json.booleanValue();
            case NUMBER -> number(json);
            case ARRAY -> list(json);
            case OBJECT -> map(json);
            default -> json.asText();
        };
    }

    private List<@Nullable Object> list(JsonNode array) {
        List<@Nullable Object> list = new ArrayList<>(array.size());
        array.forEach(element -> list.add(toJava(element)));
        return list;
    }

    private Map<String, @Nullable Object> map(JsonNode object) {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        object.properties().forEach(field -> map.put(field.getKey(), toJava(field.getValue())));
        return map;
    }

    private Number number(JsonNode number) {
        if (number.isInt()) {
            return number.intValue();
        }
        if (number.isIntegralNumber() && number.canConvertToLong()) {
            return number.longValue();
        }
        double value = number.doubleValue();
        if (!Double.isFinite(value) || shown(value).decimalValue().compareTo(number.decimalValue()) != 0) {
            originals.merge(value, number, (one, other) -> one.equals(other) ? one : NullNode.getInstance());
        }
        return value;
    }

    /** @throws NoJsonException when the value is none that JSON has */
    JsonNode toJson(@Nullable Object value) {
        return toJson(value, 0);
    }

    private JsonNode toJson(@Nullable Object value, int depth) {
        bounds.checkTime();
        if (++values > MAX_VALUES || depth > JsonLimits.DEEPEST_NESTING) {
            throw new NoJsonException("the result is too large: more than "
                    + (depth > JsonLimits.DEEPEST_NESTING
                            ? JsonLimits.DEEPEST_NESTING + " levels"
                            : MAX_VALUES + " values"));
        }
        if (value == null || value == Jsonata.NULL_VALUE) {
            return NullNode.getInstance();
        }
        if (value instanceof String text) {
            return JsonNodeFactory.instance.textNode(text);
        }
        if (value instanceof Boolean flag) {
            return JsonNodeFactory.instance.booleanNode(flag);
        }
        if (value instanceof Number number) {
            return toJson(number);
        }
        if (value instanceof List<?> list) {
            ArrayNode array = JsonNodeFactory.instance.arrayNode(list.size());
            list.forEach(element -> array.add(toJson(element, depth + 1)));
            return array;
        }
        if (value instanceof Map<?, ?> map) {
            ObjectNode object = JsonNodeFactory.instance.objectNode();
            map.forEach((key, field) -> {
                if (field != null) { // undefined
                    object.set(String.valueOf(key), toJson(field, depth + 1));
                }
            });
            return object;
        }
        throw new NoJsonException("the result is or contains a function, which JSON has not");
    }

    private JsonNode toJson(Number number) {
        if (number instanceof Integer) {
            return IntNode.valueOf(number.intValue());
        }
        if (number instanceof Long) {
            return whole(number.longValue());
        }
        double value = number.doubleValue();
        JsonNode original = originals.get(value);
        if (original != null && original.isNumber()) {
            return original;
        }
        if (!Double.isFinite(value)) {
            throw new NoJsonException("the result is or contains " + value + ", which JSON has not");
        }
        return shown(value);
    }

    private static JsonNode shown(double value) {
        double rounded = value == Math.rint(value) && Math.abs(value) < LONG_RANGE
                ? value
                : new BigDecimal(value).round(SHOWN).doubleValue();
        return rounded == Math.rint(rounded) && Math.abs(rounded) < LONG_RANGE
                ? whole((long) rounded)
                : DoubleNode.valueOf(rounded);
    }

    private static JsonNode whole(long value) {
        return value == (int) value ? IntNode.valueOf((int) value) : LongNode.valueOf(value);
    }

    /** A result that cannot be written as JSON. */
    static final class NoJsonException extends RuntimeException {
        NoJsonException(String message) {
            super(message);
        }
    }
}
