package dev.reflow.flow;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.Fault;
import dev.reflow.error.ReflowException;
import java.time.Duration;
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
    private final List<JsonFields> sources = new ArrayList<>();
    private final Set<TaskName> names = new HashSet<>();
    private final Map<TaskName, FlowTask> byName = new LinkedHashMap<>();

    /**
     * A definition, or the faults that keep it from being one.
     *
     * @param readable the tasks that could be read; of use beyond finding faults only when there are none
     */
    public record Outcome(Definition readable, List<Fault> faults) {
        public Optional<Definition> definition() {
            return faults.isEmpty() ? Optional.of(readable) : Optional.empty();
        }

        public Outcome and(List<Fault> more) {
            return new Outcome(
                    readable, Stream.concat(faults.stream(), more.stream()).toList());
        }
    }

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
            sources.clear();
        }
        sources.forEach(
                source -> names.add(new TaskName(source.json().path("name").asText())));
        for (int i = 0; i < sources.size(); i++) {
            readTask(sources.get(i), i);
        }
        TaskGraph graph = new TaskGraph(dependencies());
        graph.cycles().forEach(this::cycleFault);
        Template template = new Template(Set.copyOf(names)::contains);
        return new Outcome(new Definition(json, locations(), byName, graph, template), List.copyOf(faults));
    }

    private List<List<Object>> locations() {
        return sources.stream().map(JsonFields::loc).toList();
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
                    sources.add(new JsonFields(tasks.get(k), with(loc, k), faults));
                }
            }
        }
    }

    private void readTask(JsonFields task, int position) {
        int before = faults.size();
        if (!task.json().isObject()) {
            fault(task.loc(), "dict_type", "A task is an object", task.json());
            return;
        }
        String name = name(task);
        String executor = task.requiredText("task_executor_name");
        String title = task.text("task_title");
        Optional<JsonFields> parameters = task.object("parameters");
        Set<TaskName> dependsOn =
                task.texts("depends_on").stream().map(TaskName::new).collect(Collectors.toSet());
        String reuse = task.choice("reuse", List.of("never"));
        boolean interruptible = task.flag("interruptible", true);
        RetryPolicy retryPolicy =
                task.object("retry_policy").map(RetryPolicy::read).orElse(RetryPolicy.NONE);
        Duration timeout = task.seconds("timeout_seconds").orElse(null);
        String onLost = task.choice("on_lost", List.of(OnLost.RUN.code(), OnLost.FAIL.code()));
        if (faults.size() > before || name == null || executor == null) {
            return;
        }
        FlowTask read = new FlowTask(
                position,
                new TaskName(name),
                title == null ? name : title,
                executor,
                parameters.map(given -> (ObjectNode) given.json()).orElseGet(JsonNodeFactory.instance::objectNode),
                dependsOn,
                reuse != null,
                interruptible,
                retryPolicy,
                timeout,
                onLost == null ? OnLost.RUN : OnLost.of(onLost));
        if (byName.putIfAbsent(read.name(), read) != null) {
            task.fault("duplicate_name", "Another task is named '" + name + "'", "name");
        }
    }

    private static @Nullable String name(JsonFields task) {
        String name = task.requiredText("name");
        if (name != null && name.length() > TaskName.MAX_LENGTH) {
            task.fault("string_too_long", "A task's name has at most 200 characters", "name");
        }
        return name;
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

    private Set<TaskName> dependencies(Template template, JsonFields source) {
        Set<TaskName> found = new TreeSet<>();
        JsonNode dependsOn = source.json().path("depends_on");
        for (int i = 0; dependsOn.isArray() && i < dependsOn.size(); i++) {
            if (dependsOn.get(i).isTextual()) {
                TaskName name = new TaskName(dependsOn.get(i).textValue());
                found.add(name);
                if (!names.contains(name)) {
                    fault(
                            source.at("depends_on", i),
                            "unknown_task",
                            "There is no task named '" + name + "'",
                            dependsOn.get(i));
                }
            }
        }
        collectReferences(template, source.json().path("parameters"), source.at("parameters"), found);
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

    private void fault(List<Object> loc, String type, String msg, @Nullable JsonNode input) {
        faults.add(new Fault(loc, type, msg, input));
    }

    private static List<Object> with(List<Object> loc, Object last) {
        List<Object> longer = new ArrayList<>(loc);
        longer.add(last);
        return longer;
    }
}
