package dev.reflow.execution;

import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskExecutors;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is known of an execution at one moment, without payloads of its tasks.
 *
 * @param latestVersion of the flow
 * @param versions the definitions of the execution's version, of the latest one and of every one with a current result
 * @param plan of the newest generation; null while none is stored
 * @param endReason of the newest generation; null while it is active
 */
public record ExecutionFacts(
        FlowExecution execution,
        int latestVersion,
        Map<Integer, Definition> versions,
        History history,
        @Nullable Plan plan,
        @Nullable EndReason endReason) {

    /** What stands between the results as they are and a consistent execution of the execution's own version. */
    public Plan staleOnlyPlan(TaskExecutors executors) {
        return Planner.plan(executors, Mode.STALE_ONLY, planning(executors, execution.flowVersion()));
    }

    /** What the results as they are make of an execution that does nothing. */
    ExecutionStatus statusAtRest(TaskExecutors executors) {
        Plan plan = staleOnlyPlan(executors);
        if (history.currentResults().stream().anyMatch(result -> plan.wouldRun(result.task()))) {
            return ExecutionStatus.STALE;
        }
        if (history.currentResults().stream()
                .anyMatch(result -> result.edited() == EditedStatus.EDITED_NOT_REEXECUTED)) {
            return ExecutionStatus.EDITED;
        }
        if (plan.changesNothing()) {
            return ExecutionStatus.COMPLETED;
        }
        return endReason == EndReason.CANCELLED ? ExecutionStatus.CANCELLED : ExecutionStatus.FAILED;
    }

    /** What a re-execution would do now. */
    public Plan reExecutionPlan(TaskExecutors executors, Mode mode) {
        return Planner.plan(executors, mode, planning(executors, latestVersion));
    }

    /** Differs from the tag of every other plan of the execution. */
    public String reExecutionTag(Mode mode) {
        return String.join(
                ".",
                mode.code(),
                String.valueOf(execution.generation()),
                String.valueOf(execution.revision()),
                String.valueOf(latestVersion));
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
                execution.generation(),
                execution.flowVersion(),
                plan,
                planning(executors, execution.flowVersion()),
                List.of(),
                Map.of(),
                false);
        return new GenerationRun(executors, facts).unsettledTasks().collect(Collectors.toSet());
    }

    private Planner.Facts planning(TaskExecutors executors, int version) {
        Definition target = versions.get(version);
        if (target == null) {
            throw new IllegalStateException("version " + version + " was not loaded");
        }
        return Planner.Facts.of(executors, target, execution.flowVersion(), versions, history, execution.inputTask());
    }
}
