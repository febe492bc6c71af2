package dev.reflow.task;

import com.fasterxml.jackson.databind.JsonNode;
import dev.reflow.error.Fault;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The registry: every task executor that this service has, by name. */
public final class TaskExecutors {
    private final Map<String, TaskExecutor> byName = new TreeMap<>();

    public TaskExecutors(Iterable<TaskExecutor> executors) {
        for (TaskExecutor executor : executors) {
            add(executor.description().name(), executor);
            executor.otherNames().forEach(name -> add(name, executor));
        }
    }

    private void add(String name, TaskExecutor executor) {
        if (byName.put(name, executor) != null) {
            throw new IllegalArgumentException("two task executors are named " + name);
        }
    }

    /** Each once, by its own name. */
    public List<TaskExecutor> all() {
        return byName.entrySet().stream()
                .filter(entry ->
                        entry.getKey().equals(entry.getValue().description().name()))
                .map(Map.Entry::getValue)
                .toList();
    }

    public Optional<TaskExecutor> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    /** What makes a definition unusable although its structure is sound: executors that do not exist, parameters that
     * do not fit the executor. */
    public List<Fault> check(Definition definition) {
        List<Fault> faults = new ArrayList<>();
        for (FlowTask task : definition.tasks()) {
            Optional<TaskExecutor> executor = find(task.executor());
            if (executor.isEmpty()) {
                faults.add(new Fault(
                        definition.location(task, "task_executor_name"),
                        "unknown_task_executor",
                        "There is no task executor named '" + task.executor() + "'"));
            } else {
                checkParameters(definition, task, executor.get()).forEach(faults::add);
            }
        }
        return faults;
    }

    /** The tasks that can begin an execution, in the definition's order. */
    public List<FlowTask> inputTasks(Definition definition) {
        return definition.tasks().stream().filter(this::isInputTask).toList();
    }

    public boolean isInputTask(FlowTask task) {
        return find(task.executor())
                .map(executor -> executor.description().isInput())
                .orElse(false);
    }

    private static List<Fault> checkParameters(Definition definition, FlowTask task, TaskExecutor executor) {
        List<Fault> faults = JsonSchemas.check(executor.description().parametersSchema(), task.parameters());
        return (faults.isEmpty() ? executor.checkParameters(task.parameters()) : faults)
                .stream()
                        .filter(fault -> !hasReference(definition, task, fault))
                        .map(fault -> new Fault(
                                definition.location(task, "parameters", fault.loc()),
                                fault.type(),
                                fault.msg(),
                                fault.input()))
                        .toList();
    }

    /**
     * A value with a reference in it has the right type only when it is resolved; the executor checks it then. An
     * object or a list remains one, whatever its references bring.
     */
    private static boolean hasReference(Definition definition, FlowTask task, Fault fault) {
        JsonNode value = task.parameters();
        for (Object step : fault.loc()) {
            value = step instanceof Integer index ? value.path(index) : value.path(String.valueOf(step));
        }
        boolean lasting = fault.loc().isEmpty()
                || (value.isContainerNode() && fault.type().equals("type"));
        return !lasting && definition.template().hasReference(value);
    }
}
