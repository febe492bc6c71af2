package dev.reflow.execution;

import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskExecutors;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an execution at one moment, without payloads of its tasks.
 *
 * @param versions the definitions of the execution's version and of every version with a current result
 * @param plan of the newest generation; null while none is stored
 */
public record ExecutionFacts(
        FlowExecution execution,
        Map<Integer, Definition> versions,
        History history,
        @Nullable Plan plan) {

    /** What stands between the results as they are and a consistent execution of the execution's own version. */
    public Plan staleOnlyPlan(TaskExecutors executors) {
        return Planner.plan(executors, Mode.STALE_ONLY, planning(executors));
    }

    /** The tasks that the active generation has yet to settle; none when no generation is active. */
    public Set<TaskName> unsettledTasks(TaskExecutors executors) {
        if (!execution.active()) {
            return Set.of();
        }
        if (plan == null) {
            return history.tasks();
        }
        GenerationRun.Facts facts = new GenerationRun.Facts(
                execution.generation(), execution.flowVersion(), plan, planning(executors), false);
        return new GenerationRun(executors, facts).unsettledTasks().collect(Collectors.toSet());
    }

    private Planner.Facts planning(TaskExecutors executors) {
        Definition target = versions.get(execution.flowVersion());
        if (target == null) {
            throw new IllegalStateException("version " + execution.flowVersion() + " was not loaded");
        }
        return Planner.Facts.of(executors, target, execution.flowVersion(), versions, history, execution.inputTask());
    }
}
