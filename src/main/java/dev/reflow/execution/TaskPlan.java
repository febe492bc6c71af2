package dev.reflow.execution;

import dev.reflow.flow.TaskName;
import java.util.List;

/** What is planned for one task, and why. */
public record TaskPlan(TaskName task, Action action, List<Reason> reasons) {
    public TaskPlan {
        reasons = List.copyOf(reasons);
    }

    TaskPlan(TaskName task, Action action, Reason reason) {
        this(task, action, List.of(reason));
    }
}
