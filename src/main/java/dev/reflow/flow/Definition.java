package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** A definition that was found valid: its tasks and their graph, beside the JSON as it came. */
public final class Definition {
    private final JsonNode json;
    private final List<FlowTask> tasks;
    private final Map<TaskName, FlowTask> byName;
    private final List<List<Object>> locations;
    private final TaskGraph graph;
    private final Template template;

    /**
     * @param locations of each task, by position, as faults name it
     * @param byName the tasks, in their order
     */
    Definition(
            JsonNode json,
            List<List<Object>> locations,
            Map<TaskName, FlowTask> byName,
            TaskGraph graph,
            Template template) {
        this.json = json;
        this.locations = List.copyOf(locations);
        this.tasks = List.copyOf(byName.values());
        this.byName = Map.copyOf(byName);
        this.graph = graph;
        this.template = template;
    }

    /** What the client sent, unknown fields included. */
    public JsonNode json() {
        return json;
    }

    /** In the definition's order: {@code tasks().get(i).position() == i}. */
    public List<FlowTask> tasks() {
        return tasks;
    }

    public TaskGraph graph() {
        return graph;
    }

    public Template template() {
        return template;
    }

    public Optional<FlowTask> find(TaskName name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** The tasks that a task waits for. */
    public List<FlowTask> dependencies(FlowTask task) {
        return Arrays.stream(graph.dependencies(task.position()))
                .mapToObj(tasks::get)
                .toList();
    }

    /**
     * A task's parameters with every reference replaced.
     *
     * @throws UnresolvedReferenceException when a path is absent from the output that it leads into
     */
    public JsonNode resolveParameters(FlowTask task, Function<TaskName, JsonNode> outputs) {
        return template.resolve(task.parameters(), outputs);
    }

    /**
     * What the client sent, with a task in place of the one that has its name; if none has, behind those of the first
     * configuration. Whether that can be run is not known yet.
     */
    public JsonNode jsonWith(ObjectNode task) {
        JsonNode changed = json.deepCopy();
        for (JsonNode config : changed.path("flow_configs")) {
            ArrayNode among = tasks(config);
            for (int i = 0; i < among.size(); i++) {
                if (among.get(i).path("name").equals(task.path("name"))) {
                    among.set(i, task);
                    return changed;
                }
            }
        }
        tasks(changed.path("flow_configs").path(0)).add(task);
        return changed;
    }

    private static ArrayNode tasks(JsonNode config) {
        return (ArrayNode) config.path("config").path("tasks");
    }

    /** Where something of a task stands in the JSON, for a fault. */
    public List<Object> location(FlowTask task, String field, List<Object> inside) {
        List<Object> location = new ArrayList<>(locations.get(task.position()));
        location.add(field);
        location.addAll(inside);
        return location;
    }

    public List<Object> location(FlowTask task, String field) {
        return location(task, field, List.of());
    }
}
