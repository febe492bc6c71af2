package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;

/** A parameter, or a value inside the body, as the document declares it, and the ways of getting it wrong. */
record DeclaredInput(List<Object> loc, JsonNode schema, boolean required) {
    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /**
     * @param value null to leave it out
     * @param type of the fault that the service has to find
     */
    record Wrong(@Nullable JsonNode value, String type) {}

    /** All of an operation's, those inside of others after them. */
    static List<DeclaredInput> of(ServedOperation operation, JsonNode schemas) {
        List<DeclaredInput> found = new ArrayList<>();
        for (JsonNode parameter : operation.document().path("parameters")) {
            List<Object> loc = List.of(
                    parameter.path("in").textValue(), parameter.path("name").textValue());
            boolean required = parameter.path("required").booleanValue();
            found.add(new DeclaredInput(loc, resolved(parameter.path("schema"), schemas), required));
        }
        JsonNode body = operation.document().at("/requestBody/content/application~1json/schema");
        addMembers(List.of("body"), resolved(body, schemas), schemas, found);
        return found;
    }

    private static void addMembers(List<Object> loc, JsonNode object, JsonNode schemas, List<DeclaredInput> found) {
        object.path("properties").fields().forEachRemaining(member -> {
            boolean required = StreamSupport.stream(object.path("required").spliterator(), false)
                    .anyMatch(name -> name.textValue().equals(member.getKey()));
            add(at(loc, member.getKey()), member.getValue(), required, schemas, found);
        });
    }

    private static void add(
            List<Object> loc, JsonNode declared, boolean required, JsonNode schemas, List<DeclaredInput> found) {
        JsonNode schema = resolved(declared, schemas);
        found.add(new DeclaredInput(loc, schema, required));
        addMembers(loc, schema, schemas, found);
        if (schema.has("items")) {
            add(at(loc, 0), schema.path("items"), false, schemas, found);
        }
    }

    /** What it refers to, if not to nothing. */
    private static JsonNode resolved(JsonNode schema, JsonNode schemas) {
        if (schema.has("$ref")) {
            String[] path = schema.path("$ref").textValue().split("/");
            return resolved(schemas.path(path[path.length - 1]), schemas);
        }
        for (JsonNode choice : schema.path("anyOf")) {
            if (!choice.path("type").asText().equals("null")) {
                return resolved(choice, schemas);
            }
        }
        return schema;
    }

    boolean isInBody() {
        return loc.get(0).equals("body");
    }

    /** Whether nothing else is declared inside of it. */
    boolean isLeaf() {
        return !schema.has("properties") && !schema.has("items");
    }

    boolean isText() {
        return isOf("string") && !schema.has("format") && !schema.has("enum");
    }

    boolean isOptionalMember() {
        return isInBody() && !required && loc.get(loc.size() - 1) instanceof String;
    }

    List<Wrong> wrongs() {
        Stream<Wrong> values = isInBody() ? wrongMembers() : wrongParameters();
        boolean canBeAbsent = required && !loc.get(0).equals("path");
        return Stream.concat(values, canBeAbsent ? Stream.of(new Wrong(null, "missing")) : Stream.empty())
                .toList();
    }

    private Stream<Wrong> wrongMembers() {
        if (isOf("object")) {
            String type = schema.has("properties") ? "model_attributes_type" : "dict_type";
            return Stream.of(wrong(JSON.arrayNode(), type), wrong(JSON.textNode("{}"), type));
        }
        if (isOf("array")) {
            return Stream.concat(Stream.of(wrong(JSON.objectNode(), "list_type")), wrongSizes());
        }
        return Stream.concat(wrongTypes(), wrongTexts());
    }

    private Stream<Wrong> wrongTypes() {
        if (isOf("integer")) {
            return Stream.of(
                    wrong(JSON.objectNode(), "int_type"),
                    wrong(JSON.numberNode(new BigDecimal("1.5")), "int_from_float"),
                    wrong(JSON.numberNode(new BigDecimal("1e400")), "less_than_equal"),
                    wrong(JSON.textNode("9".repeat(5000)), "int_parsing_size"));
        }
        if (isOf("boolean")) {
            return Stream.of(wrong(JSON.arrayNode(), "bool_type"));
        }
        if (!isOf("string")) {
            return Stream.empty();
        }
        String format = schema.path("format").asText();
        String type =
                format.equals("uuid") ? "uuid_type" : format.equals("date-time") ? "datetime_type" : "string_type";
        return schema.has("enum") ? Stream.empty() : Stream.of(wrong(JSON.numberNode(7), type));
    }

    private Stream<Wrong> wrongSizes() {
        Stream.Builder<Wrong> sizes = Stream.builder();
        if (schema.has("minItems")) {
            sizes.add(wrong(JSON.arrayNode(), "too_short"));
        }
        if (schema.has("maxItems")) {
            ArrayNode many = JSON.arrayNode();
            for (int i = 0; i <= schema.path("maxItems").intValue(); i++) {
                many.addObject();
            }
            sizes.add(wrong(many, "too_long"));
        }
        return sizes.build();
    }

    private Stream<Wrong> wrongParameters() {
        boolean free = isText() && !schema.has("pattern") && !loc.get(0).equals("header");
        return Stream.concat(
                wrongTexts(), free ? Stream.of(wrong(JSON.textNode("\0"), "string_unicode")) : Stream.empty());
    }

    private Stream<Wrong> wrongTexts() {
        Stream.Builder<Wrong> texts = Stream.builder();
        if (isOf("integer")) {
            texts.add(wrong(JSON.textNode("x"), "int_parsing"));
            BigDecimal most = schema.has("maximum")
                    ? schema.path("maximum").decimalValue()
                    : BigDecimal.valueOf(Integer.MAX_VALUE);
            texts.add(wrong(JSON.numberNode(most.add(BigDecimal.ONE)), "less_than_equal"));
            BigDecimal least = schema.has("minimum")
                    ? schema.path("minimum").decimalValue()
                    : BigDecimal.valueOf(Integer.MIN_VALUE);
            texts.add(wrong(JSON.numberNode(least.subtract(BigDecimal.ONE)), "greater_than_equal"));
        } else if (isOf("boolean")) {
            texts.add(wrong(JSON.textNode("maybe"), "bool_parsing"));
        } else if (schema.has("enum")) {
            texts.add(wrong(JSON.textNode("nope"), "enum"));
        } else if (schema.has("pattern")) {
            texts.add(wrong(JSON.textNode("nope"), "string_pattern_mismatch"));
        } else if (schema.path("format").asText().equals("uuid")) {
            texts.add(wrong(JSON.textNode("nope"), "uuid_parsing"));
        } else if (schema.path("format").asText().equals("date-time")) {
            Stream.of(
                            "nope",
                            "+999999999-01-01T00:00:00Z",
                            "-9999-12-31T00:00:00Z",
                            "0000-01-01",
                            "0001-01-01T00:00:00+01:00")
                    .forEach(text -> texts.add(wrong(JSON.textNode(text), "datetime_parsing")));
        }
        if (schema.path("minLength").intValue() > 0) {
            texts.add(wrong(JSON.textNode("x".repeat(schema.path("minLength").intValue() - 1)), "string_too_short"));
        }
        if (schema.has("maxLength")) {
            texts.add(wrong(JSON.textNode("x".repeat(schema.path("maxLength").intValue() + 1)), "string_too_long"));
        }
        return texts.build();
    }

    private boolean isOf(String type) {
        JsonNode declared = schema.path("type");
        return declared.isTextual()
                ? declared.textValue().equals(type)
                : StreamSupport.stream(declared.spliterator(), false)
                        .anyMatch(each -> each.textValue().equals(type));
    }

    private static Wrong wrong(JsonNode value, String type) {
        return new Wrong(value, type);
    }

    private static List<Object> at(List<Object> loc, Object step) {
        return Stream.concat(loc.stream(), Stream.of(step)).toList();
    }
}
