package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a definition and finds everything that is wrong with it at once. */
public final class DefinitionReader {
    private static final int MAX_TASKS = 100_000;

    private final JsonNode json;
    private final List<Fault> faults = new ArrayList<>();
    private final List<TaskSource> sources = new ArrayList<>();
    private final Set<TaskName> names = new HashSet<>();
    private final Map<TaskName, FlowTask> byName = new LinkedHashMap<>();

    /** A task as it stands in the JSON, with the location that faults name. */
    private record TaskSource(JsonNode json, List<Object> loc) {}

    /** A definition, or the faults that keep it from being one. */
    public record Outcome(Optional<Definition> definition, List<Fault> faults) {}

    private DefinitionReader(JsonNode json) {
        this.json = json;
    }

    /** Reads what a client sent. */
    public static Outcome read(JsonNode json) {
        return new DefinitionReader(json).read();
    }

    /**
     * Reads a definition that has to be valid.
     *
     * @throws ReflowException {@code invalid_dsl_input} with every fault
     */
    public static Definition require(JsonNode json) {
        Outcome outcome = read(json);
        return outcome.definition().orElseThrow(() -> invalid(outcome.faults()));
    }

    public static ReflowException invalid(List<Fault> faults) {
        String message = faults.size() == 1
                ? "The definition is invalid: " + faults.get(0).msg()
                : "The definition is invalid: " + faults.size() + " errors";
        return ReflowException.of(ErrorCode.INVALID_DSL_INPUT, message, faults);
    }

    private Outcome read() {
        findTasks();
        if (sources.size() > MAX_TASKS) {
            fault(List.of("flow_configs"), "too_long", "A definition has at most " + MAX_TASKS + " tasks", null);
            return new Outcome(Optional.empty(), faults);
        }
        sources.forEach(
                source -> names.add(new TaskName(source.json().path("name").asText())));
        for (int i = 0; i < sources.size(); i++) {
            readTask(sources.get(i), i);
        }
        TaskGraph graph = new TaskGraph(dependencies());
        graph.cycles().forEach(this::cycleFault);
        List<FlowTask> tasks = List.copyOf(byName.values());
        return faults.isEmpty()
                ? new Outcome(Optional.of(new Definition(json, tasks, locations(), byName, graph)), faults)
                : new Outcome(Optional.empty(), faults);
    }

    private List<List<Object>> locations() {
        return sources.stream().map(TaskSource::loc).toList();
    }

    private void findTasks() {
        if (!json.isObject()) {
            fault(List.of(), "dict_type", "A definition is an object", json);
            return;
        }
        JsonNode configs = json.get("flow_configs");
        if (configs == null) {
            fault(List.of("flow_configs"), "missing", "Field required", json);
            return;
        }
        if (!configs.isArray() || configs.isEmpty()) {
            fault(List.of("flow_configs"), "list_type", "flow_configs is a list with at least one entry", configs);
            return;
        }
        for (int i = 0; i < configs.size(); i++) {
            List<Object> loc = List.of("flow_configs", i, "config", "tasks");
            JsonNode tasks = configs.get(i).path("config").path("tasks");
            if (tasks.isMissingNode()) {
                fault(loc, "missing", "Field required", configs.get(i));
            } else if (!tasks.isArray()) {
                fault(loc, "list_type", "tasks is a list", tasks);
            } else {
                for (int k = 0; k < tasks.size(); k++) {
                    sources.add(new TaskSource(tasks.get(k), with(loc, k)));
                }
            }
        }
    }

    private void readTask(TaskSource source, int position) {
        int before = faults.size();
        JsonNode task = source.json();
        if (!task.isObject()) {
            fault(source.loc(), "dict_type", "A task is an object", task);
            return;
        }
        String name = text(source, "name", true);
        if (name != null && name.length() > TaskName.MAX_LENGTH) {
            fault(
                    with(source.loc(), "name"),
                    "string_too_long",
                    "A task's name has at most 200 characters",
                    task.get("name"));
        }
        if (name != null && !TaskName.isStorable(name)) {
            fault(
                    with(source.loc(), "name"),
                    "string_unicode",
                    "A task's name has no NUL character and no half of a surrogate pair",
                    task.get("name"));
        }
        String executor = text(source, "task_executor_name", true);
        String title = text(source, "task_title", false);
        JsonNode parameters = optional(task, "parameters");
        if (parameters != null && !parameters.isObject()) {
            fault(with(source.loc(), "parameters"), "dict_type", "parameters is an object", parameters);
        }
        Set<TaskName> dependsOn = dependsOn(source);
        boolean neverReused = "never".equals(choice(source, "reuse", Set.of("never")));
        boolean interruptible = flag(source, "interruptible", true);
        if (faults.size() > before || name == null || executor == null) {
            return;
        }
        FlowTask read = new FlowTask(
                position,
                new TaskName(name),
                title == null ? name : title,
                executor,
                parameters instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode(),
                dependsOn,
                neverReused,
                interruptible);
        if (byName.putIfAbsent(read.name(), read) != null) {
            fault(
                    with(source.loc(), "name"),
                    "duplicate_name",
                    "Another task is named '" + name + "'",
                    task.get("name"));
        }
    }

    private Set<TaskName> dependsOn(TaskSource source) {
        JsonNode names = optional(source.json(), "depends_on");
        if (names == null) {
            return Set.of();
        }
        List<Object> loc = with(source.loc(), "depends_on");
        if (!names.isArray()) {
            fault(loc, "list_type", "depends_on is a list of task names", names);
            return Set.of();
        }
        Set<TaskName> read = new TreeSet<>();
        for (int i = 0; i < names.size(); i++) {
            if (names.get(i).isTextual()) {
                read.add(new TaskName(names.get(i).textValue()));
            } else {
                fault(with(loc, i), "string_type", "A task name is a string", names.get(i));
            }
        }
        return read;
    }

    /**
     * What each task waits for. Asks the JSON, not what was read of it: a task with another fault may refer to tasks
     * that do not exist as well.
     */
    private int[][] dependencies() {
        Template template = new Template(names::contains);
        return sources.stream()
                .map(source -> positions(dependencies(template, source)))
                .toArray(int[][]::new);
    }

    private Set<TaskName> dependencies(Template template, TaskSource source) {
        Set<TaskName> found = new TreeSet<>();
        JsonNode dependsOn = source.json().path("depends_on");
        for (int i = 0; dependsOn.isArray() && i < dependsOn.size(); i++) {
            if (dependsOn.get(i).isTextual()) {
                TaskName name = new TaskName(dependsOn.get(i).textValue());
                found.add(name);
                if (!names.contains(name)) {
                    fault(
                            with(with(source.loc(), "depends_on"), i),
                            "unknown_task",
                            "There is no task named '" + name + "'",
                            dependsOn.get(i));
                }
            }
        }
        collectReferences(template, source.json().path("parameters"), with(source.loc(), "parameters"), found);
        return found;
    }

    private int[] positions(Set<TaskName> tasks) {
        return tasks.stream()
                .map(byName::get)
                .filter(Objects::nonNull)
                .mapToInt(FlowTask::position)
                .sorted()
                .toArray();
    }

    private void collectReferences(Template template, JsonNode value, List<Object> loc, Set<TaskName> found) {
        if (value.isTextual()) {
            template.references(value.textValue(), reference -> {
                found.add(reference.task());
                if (!names.contains(reference.task())) {
                    fault(loc, "unknown_task", reference + " refers to a task that does not exist", value);
                }
            });
        } else if (value.isArray()) {
            IntStream.range(0, value.size())
                    .forEach(i -> collectReferences(template, value.get(i), with(loc, i), found));
        } else {
            value.properties()
                    .forEach(field -> collectReferences(template, field.getValue(), with(loc, field.getKey()), found));
        }
    }

    private void cycleFault(List<Integer> cycle) {
        String names = Stream.concat(cycle.stream(), Stream.of(cycle.get(0)))
                .map(position -> "'" + sources.get(position).json().path("name").asText() + "'")
                .collect(Collectors.joining(" -> "));
        fault(sources.get(cycle.get(0)).loc(), "cycle", "Tasks wait for each other: " + names, null);
    }

    private @Nullable String text(TaskSource source, String field, boolean required) {
        JsonNode value = optional(source.json(), field);
        List<Object> loc = with(source.loc(), field);
        if (value == null) {
            if (required) {
                fault(loc, "missing", "Field required", source.json());
            }
            return null;
        }
        if (!value.isTextual()) {
            fault(loc, "string_type", "Input should be a valid string", value);
            return null;
        }
        if (required && value.textValue().isEmpty()) {
            fault(loc, "string_too_short", "String should have at least 1 character", value);
            return null;
        }
        return value.textValue();
    }

    private @Nullable String choice(TaskSource source, String field, Set<String> choices) {
        String value = text(source, field, false);
        if (value != null && !choices.contains(value)) {
            fault(
                    with(source.loc(), field),
                    "enum",
                    "Input should be one of " + choices,
                    source.json().get(field));
        }
        return value;
    }

    private boolean flag(TaskSource source, String field, boolean absent) {
        JsonNode value = optional(source.json(), field);
        if (value != null && !value.isBoolean()) {
            fault(with(source.loc(), field), "bool_parsing", "Input should be true or false", value);
        }
        return value == null ? absent : value.booleanValue();
    }

    private static @Nullable JsonNode optional(JsonNode object, String field) {
        JsonNode value = object.get(field);
        return value == null || value.isNull() ? null : value;
    }

    private void fault(List<Object> loc, String type, String msg, @Nullable JsonNode input) {
        faults.add(new Fault(loc, type, msg, input));
    }

    private static List<Object> with(List<Object> loc, Object last) {
        List<Object> longer = new ArrayList<>(loc);
        longer.add(last);
        return longer;
    }
}
