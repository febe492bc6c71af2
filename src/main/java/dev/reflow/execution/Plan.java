package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a generation does with each task of its version, in the definition's order, then with tasks of other versions. */
public final class Plan {
    private final List<TaskPlan> tasks;
    private final Map<TaskName, TaskPlan> byName = new HashMap<>();

    public Plan(List<TaskPlan> tasks) {
        this.tasks = List.copyOf(tasks);
        tasks.forEach(task -> byName.put(task.task(), task));
    }

    public List<TaskPlan> tasks() {
        return tasks;
    }

    /** The action for a task; a task that the plan does not know is not part of the generation. */
    public Action action(TaskName task) {
        TaskPlan plan = byName.get(task);
        return plan == null ? Action.DROP : plan.action();
    }

    /** Whether the task is run, or may be. */
    public boolean wouldRun(TaskName task) {
        Action action = action(task);
        return action == Action.RUN || action == Action.RUN_IF_CHANGED;
    }

    public int count(Action action) {
        return (int) tasks.stream().filter(task -> task.action() == action).count();
    }

    /** Whether following the plan would leave everything as it is. */
    public boolean changesNothing() {
        return tasks.stream().noneMatch(task -> wouldRun(task.task()));
    }
}
