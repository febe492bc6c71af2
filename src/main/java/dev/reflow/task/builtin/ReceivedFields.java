package dev.reflow.task.builtin;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The {@code fields} parameter of tasks that receive an object: which fields it has to have, of which types. Either a
 * list of {@code {name, type, required, description}} or an object {@code {name: type}} whose fields are all required.
 */
final class ReceivedFields {
    /** What {@code fields} may look like. */
    static final String SCHEMA = """
            {
              "description": "The fields that the received object has to have: a list of fields, or in short an object \
            that names the type of each, all required. Without it any object is accepted",
              "type": ["array", "object", "null"],
              "items": {
                "type": "object",
                "properties": {
                  "name": {"type": "string", "minLength": 1},
                  "type": {
                    "enum": ["string", "number", "integer", "boolean", "object", "array", "any"],
                    "default": "any"
                  },
                  "required": {"type": "boolean", "default": true},
                  "description": {"type": "string"}
                },
                "required": ["name"]
              },
              "additionalProperties": {
                "enum": ["string", "number", "integer", "boolean", "object", "array", "any"]
              }
            }
            """;

    private final List<Field> fields;

    private record Field(String name, String type, boolean required) {}

    private ReceivedFields(List<Field> fields) {
        this.fields = fields;
    }

    /** Reads a task's {@code fields}, which may be absent. */
    static ReceivedFields of(JsonNode fields) {
        List<Field> read = new ArrayList<>();
        if (fields.isArray()) {
            fields.forEach(field -> read.add(new Field(
                    field.path("name").asText(),
                    field.path("type").asText("any"),
                    field.path("required").asBoolean(true))));
        } else {
            fields.properties()
                    .forEach(field ->
                            read.add(new Field(field.getKey(), field.getValue().asText(), true)));
        }
        return new ReceivedFields(read);
    }

    /** What keeps a value from being what is to be received, located inside it. */
    List<Fault> check(JsonNode received) {
        if (!received.isObject()) {
            return List.of(new Fault(List.of(), "dict_type", "Input should be an object", received));
        }
        return fields.stream()
                .flatMap(field -> check(field, received.path(field.name())).stream())
                .toList();
    }

    private static Optional<Fault> check(Field field, JsonNode value) {
        if (value.isMissingNode()) {
            return field.required()
                    ? Optional.of(new Fault(List.of(field.name()), "missing", "Field required"))
                    : Optional.empty();
        }
        if (value.isNull() && !field.required()) {
            return Optional.empty();
        }
        return typeFault(List.of(field.name()), field.type(), value);
    }

    static Optional<Fault> typeFault(List<Object> loc, String type, JsonNode value) {
        return switch (type) {
            case "string" -> unless(value.isTextual(), loc, "string_type", "a string", value);
            case "number" -> unless(value.isNumber(), loc, "float_type", "a number", value);
            case "integer" -> unless(isWhole(value), loc, "int_type", "an integer", value);
            case "boolean" -> unless(value.isBoolean(), loc, "bool_type", "true or false", value);
            case "object" -> unless(value.isObject(), loc, "dict_type", "an object", value);
            case "array" -> unless(value.isArray(), loc, "list_type", "a list", value);
            default -> Optional.empty();
        };
    }

    /** As JSON Schema has it, 5.0 is an integer. */
    private static boolean isWhole(JsonNode value) {
        return value.isIntegralNumber()
                || (value.isNumber()
                        && value.decimalValue().stripTrailingZeros().scale() <= 0);
    }

    private static Optional<Fault> unless(boolean fits, List<Object> loc, String type, String what, JsonNode value) {
        return fits ? Optional.empty() : Optional.of(new Fault(loc, type, "Input should be " + what, value));
    }
}
