package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.networknt.schema.JsonNodePath;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import com.networknt.schema.resource.DisallowSchemaLoader;
import dev.reflow.error.Fault;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Checks values against JSON Schemas (draft 2020-12). */
public final class JsonSchemas {
    /** Fetches nothing: a {@code $ref} in a client's schema must not make this service read files or call hosts. */
    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            factory -> factory.schemaLoaders(loaders -> loaders.add(DisallowSchemaLoader.getInstance())));
    /** The library would translate its messages into the language of the machine. */
    private static final SchemaValidatorsConfig CONFIG =
            SchemaValidatorsConfig.builder().locale(Locale.ENGLISH).build();

    private static final Map<JsonNode, JsonSchema> COMPILED = new ConcurrentHashMap<>();

    private JsonSchemas() {}

    /** Checks against a schema that is one of a few and never changes: it is compiled once and kept. */
    public static List<Fault> check(JsonNode schema, JsonNode value) {
        return faults(COMPILED.computeIfAbsent(schema, JsonSchemas::compiled), value);
    }

    /** Checks against a schema that came with a request: nothing of it is kept. */
    public static List<Fault> checkOnce(JsonNode schema, JsonNode value) {
        return faults(compiled(schema), value);
    }

    private static JsonSchema compiled(JsonNode schema) {
        return FACTORY.getSchema(schema, CONFIG);
    }

    private static List<Fault> faults(JsonSchema schema, JsonNode value) {
        return schema.validate(value).stream()
                .map(message -> fault(message, value))
                .toList();
    }

    private static Fault fault(ValidationMessage message, JsonNode value) {
        List<Object> loc = loc(message.getInstanceLocation());
        if (message.getType().equals("required")) {
            loc.add(message.getProperty());
            return new Fault(loc, "missing", "Field required");
        }
        JsonNode at = message.getInstanceNode() == null ? MissingNode.getInstance() : message.getInstanceNode();
        return new Fault(loc, message.getType(), text(message), at.isMissingNode() ? value : at);
    }

    /** The library's text begins with the place, which stands in {@code loc} already. */
    private static String text(ValidationMessage message) {
        String text = message.getMessage();
        String place = message.getInstanceLocation() + ": ";
        return text.startsWith(place) ? text.substring(place.length()) : text;
    }

    private static List<Object> loc(JsonNodePath path) {
        List<Object> loc = new ArrayList<>();
        for (int i = 0; i < path.getNameCount(); i++) {
            Object element = path.getElement(i);
            loc.add(element instanceof Integer ? element : String.valueOf(element));
        }
        return loc;
    }
}
