package dev.reflow.api;

import dev.reflow.execution.Action;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.Plan;
import dev.reflow.execution.TaskPlan;
import dev.reflow.flow.Definition;
import dev.reflow.flow.FlowTask;
import dev.reflow.usecase.PlanReExecution;
import java.util.List;
import java.util.Optional;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/** What a re-execution would do. */
public record ReExecutionPlanResponse(
        VersionChangeResponse flowVersion,

        @Schema(minimum = "2", description = "The number that the re-execution would have")
        int generation,

        List<TaskPlanResponse> tasks,
        SummaryResponse summary) {

    /** What would happen to one task, and why. */
    public record TaskPlanResponse(String taskName, String taskTitle, Action action, List<ReasonResponse> reasons) {}

    /** @param detail the parameters that differ, or the tasks that it is about */
    public record ReasonResponse(String code, List<String> detail) {}

    /** How many tasks each action has. */
    public record SummaryResponse(long run, long reuse, long runIfChanged, long drop) {}

    static ReExecutionPlanResponse of(PlanReExecution.Planned planned) {
        ExecutionFacts facts = planned.facts();
        Plan plan = planned.plan();
        Optional<Definition> target = Optional.ofNullable(facts.versions().get(facts.latestVersion()));
        return new ReExecutionPlanResponse(
                new VersionChangeResponse(facts.execution().flowVersion(), facts.latestVersion()),
                facts.execution().generation() + 1,
                plan.tasks().stream().map(task -> response(task, target)).toList(),
                new SummaryResponse(
                        plan.count(Action.RUN),
                        plan.count(Action.REUSE),
                        plan.count(Action.RUN_IF_CHANGED),
                        plan.count(Action.DROP)));
    }

    private static TaskPlanResponse response(TaskPlan task, Optional<Definition> target) {
        String title = target.flatMap(definition -> definition.find(task.task()))
                .map(FlowTask::title)
                .orElse(task.task().value());
        return new TaskPlanResponse(
                task.task().value(),
                title,
                task.action(),
                task.reasons().stream()
                        .map(reason -> new ReasonResponse(reason.code().code(), reason.detail()))
                        .toList());
    }
}
