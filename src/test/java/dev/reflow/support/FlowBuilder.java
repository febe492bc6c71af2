package dev.reflow.support;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.flow.Definition;
import dev.reflow.flow.DefinitionReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;

/** Builds definitions. */
public final class FlowBuilder {
    private static final ObjectMapper MAPPER =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final ArrayNode tasks = JsonNodeFactory.instance.arrayNode();

    public static FlowBuilder flow() {
        return new FlowBuilder();
    }

    /** @param parameters JSON; single quotes stand for double ones */
    public FlowBuilder task(String name, String executor, String parameters) {
        return task(name, executor, parameters, task -> {});
    }

    public FlowBuilder task(String name, String executor, String parameters, Consumer<ObjectNode> more) {
        ObjectNode task = tasks.addObject();
        task.put("name", name);
        task.put("task_executor_name", executor);
        task.set("parameters", json(parameters));
        more.accept(task);
        return this;
    }

    public ObjectNode json() {
        ObjectNode definition = JsonNodeFactory.instance.objectNode();
        definition.putObject("flow").put("name", "a flow");
        ObjectNode config = definition.putArray("flow_configs").addObject();
        config.putObject("meta");
        config.putObject("config").set("tasks", tasks);
        return definition;
    }

    public Definition definition() {
        return DefinitionReader.require(json());
    }

    public static JsonNode json(String text) {
        try {
            return MAPPER.readTree(text.replace('\'', '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
