package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.reflow.error.Fault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.DoublePredicate;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One object of a definition, field by field. What is wrong with a field is added to the faults, and the field then
 * reads as if it were absent; so does one that is null.
 *
 * @param loc where the object stands
 */
record JsonFields(JsonNode json, List<Object> loc, List<Fault> faults) {
    private static final long YEAR = Duration.ofDays(365).toSeconds();
    private static final Rule POSITIVE = new Rule("greater_than", "Input should be greater than 0", n -> n > 0);
    private static final Rule AT_LEAST_ONE =
            new Rule("greater_than_equal", "Input should be greater than or equal to 1", n -> n >= 1);
    private static final Rule WHOLE = new Rule("int_from_float", "Input should be a whole number", n -> n == (int) n);

    private static final String NO_TEXT = "Input should be a valid string";
    private static final String EMPTY = "String should have at least 1 character";

    /** What a number has to be. */
    private record Rule(String type, String msg, DoublePredicate holds) {
        static Rule atMost(long maximum) {
            return new Rule("less_than_equal", "Input should be less than or equal to " + maximum, n -> n <= maximum);
        }
    }

    @Nullable
    String text(String field) {
        return typed(field, JsonNode::isTextual, "string_type", NO_TEXT)
                .map(JsonNode::textValue)
                .orElse(null);
    }

    @Nullable
    String requiredText(String field) {
        if (find(field).isEmpty()) {
            faults.add(new Fault(at(field), "missing", "Field required", json));
        }
        String text = text(field);
        if (text != null && text.isEmpty()) {
            fault("string_too_short", EMPTY, field);
            return null;
        }
        return text;
    }

    @Nullable
    String choice(String field, List<String> choices) {
        String text = text(field);
        if (text != null && !choices.contains(text)) {
            fault("enum", "Input should be one of " + choices, field);
            return null;
        }
        return text;
    }

    boolean flag(String field, boolean absent) {
        return typed(field, JsonNode::isBoolean, "bool_parsing", "Input should be true or false")
                .map(JsonNode::booleanValue)
                .orElse(absent);
    }

    int count(String field, int absent) {
        return number(field, AT_LEAST_ONE, Rule.atMost(Integer.MAX_VALUE), WHOLE)
                .map(Double::intValue)
                .orElse(absent);
    }

    double factor(String field, double absent) {
        return number(field, AT_LEAST_ONE).orElse(absent);
    }

    /** More than nothing, to the nanosecond, and at most a year. */
    Optional<Duration> seconds(String field) {
        return number(field, POSITIVE, Rule.atMost(YEAR))
                .map(seconds -> Duration.ofNanos(Math.max(1, Math.round(seconds * 1e9))));
    }

    Optional<JsonFields> object(String field) {
        return typed(field, JsonNode::isObject, "dict_type", field + " is an object")
                .map(value -> new JsonFields(value, at(field), faults));
    }

    /** The strings of a list; an item that is none, or empty, is a fault of its own. */
    List<String> texts(String field) {
        JsonNode list = typed(field, JsonNode::isArray, "list_type", field + " is a list of strings")
                .orElse(MissingNode.getInstance());
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < list.size(); i++) {
            JsonNode item = list.get(i);
            if (!item.isTextual()) {
                faults.add(new Fault(at(field, i), "string_type", NO_TEXT, item));
            } else if (item.textValue().isEmpty()) {
                faults.add(new Fault(at(field, i), "string_too_short", EMPTY, item));
            } else {
                texts.add(item.textValue());
            }
        }
        return texts;
    }

    Optional<JsonNode> find(String field) {
        return Optional.ofNullable(json.get(field)).filter(value -> !value.isNull());
    }

    void fault(String type, String msg, String field) {
        faults.add(new Fault(at(field), type, msg, json.get(field)));
    }

    List<Object> at(Object... place) {
        return Stream.concat(loc.stream(), Stream.of(place)).toList();
    }

    private Optional<Double> number(String field, Rule... rules) {
        Optional<JsonNode> value = typed(field, JsonNode::isNumber, "float_type", "Input should be a valid number");
        for (Rule rule : rules) {
            if (value.isPresent() && !rule.holds.test(value.get().doubleValue())) {
                fault(rule.type, rule.msg, field);
                return Optional.empty();
            }
        }
        return value.map(JsonNode::doubleValue);
    }

    private Optional<JsonNode> typed(String field, Predicate<JsonNode> type, String faultType, String msg) {
        Optional<JsonNode> value = find(field);
        value.filter(type.negate()).ifPresent(wrong -> fault(faultType, msg, field));
        return value.filter(type);
    }
}
