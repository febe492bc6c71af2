package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The limits of JSON that is kept. Its grammar has none, but those who read it again have: databases, clients, and this
 * service itself.
 */
public final class JsonLimits {
    /** Half of what readers commonly take: an answer wraps what it shows. */
    public static final int DEEPEST_NESTING = 500;

    private static final int MOST_DIGITS = 1000;
    private static final int LARGEST_EXPONENT = 1000;

    private static final Fault TOO_DEEP =
            fault("json_invalid", "Value should be nested at most " + DEEPEST_NESTING + " levels deep");
    private static final Fault TOO_LONG =
            fault("json_invalid", "Number should have at most " + MOST_DIGITS + " digits");
    private static final Fault OUT_OF_BOUNDS = fault(
            "json_invalid", "Number should have an exponent from -" + LARGEST_EXPONENT + " to " + LARGEST_EXPONENT);
    private static final Fault NOT_FINITE = fault("json_invalid", "Number should be finite");
    private static final Fault NO_JSON = fault("json_invalid", "Value should be JSON");
    private static final Fault NO_TEXT =
            fault("string_unicode", "String should have no NUL characters and no halves of surrogate pairs");
    private static final Fault NO_NAME =
            fault("string_unicode", "Name should have no NUL characters and no halves of surrogate pairs");

    private JsonLimits() {}

    /** What is wrong first, with its place inside the value; empty when the value can be kept. */
    public static Optional<Fault> check(JsonNode value) {
        return Optional.ofNullable(isDeeper(value, DEEPEST_NESTING) ? TOO_DEEP : find(value));
    }

    /** Whether text has neither a NUL character nor half of a surrogate pair. */
    public static boolean isStorable(String text) {
        for (int i = 0; i < text.length(); i++) {
            char unit = text.charAt(i);
            if (unit == 0) {
                return false;
            }
            if (Character.isSurrogate(unit)) {
                if (i + 1 == text.length() || !Character.isSurrogatePair(unit, text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }

    private static boolean isDeeper(JsonNode value, int levels) {
        if (!value.isContainerNode()) {
            return false;
        }
        if (levels == 0) {
            return true;
        }
        for (JsonNode child : value) {
            if (isDeeper(child, levels - 1)) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable Fault find(JsonNode value) {
        return switch (value.getNodeType()) {
            case OBJECT -> findInObject(value);
            case ARRAY -> findInArray(value);
            case STRING -> isStorable(value.textValue()) ? null : NO_TEXT;
            case NUMBER -> findInNumber(value);
            case BOOLEAN, NULL, BINARY -> null;
            case POJO, MISSING -> NO_JSON;
        };
    }

    private static @Nullable Fault findInObject(JsonNode object) {
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            if (!isStorable(field.getKey())) {
                return NO_NAME;
            }
            Fault found = find(field.getValue());
            if (found != null) {
                return found.within(field.getKey());
            }
        }
        return null;
    }

    private static @Nullable Fault findInArray(JsonNode array) {
        for (int i = 0; i < array.size(); i++) {
            Fault found = find(array.get(i));
            if (found != null) {
                return found.within(i);
            }
        }
        return null;
    }

    private static @Nullable Fault findInNumber(JsonNode number) {
        if (!number.isBigDecimal() && !number.isBigInteger()) {
            return Double.isFinite(number.doubleValue()) ? null : NOT_FINITE;
        }
        BigDecimal decimal = number.decimalValue();
        if (decimal.precision() > MOST_DIGITS) {
            return TOO_LONG;
        }
        // As in scientific notation. Nothing here writes the number out: it may have two billion zeros.
        long exponent = (long) decimal.precision() - decimal.scale() - 1;
        return Math.abs(exponent) > LARGEST_EXPONENT ? OUT_OF_BOUNDS : null;
    }

    private static Fault fault(String type, String msg) {
        return new Fault(List.of(), type, msg);
    }
}
