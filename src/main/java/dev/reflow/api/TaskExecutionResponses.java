package dev.reflow.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.reflow.execution.Attempt;
import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.ExecutionStore.TaskExecutionInContext;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.Plan;
import dev.reflow.execution.ShownTask;
import dev.reflow.execution.TaskExecution;
import dev.reflow.execution.TaskTag;
import dev.reflow.flow.TaskName;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Task executions as clients are shown them. */
@ApplicationScoped
class TaskExecutionResponses {
    private final TaskExecutors executors;

    TaskExecutionResponses(TaskExecutors executors) {
        this.executors = executors;
    }

    /** Plans once for each execution, however many of its tasks there are. */
    ListTaskExecutionsResponse list(List<TaskExecutionInContext> tasks, List<TaskTag> tags) {
        IdentityHashMap<ExecutionFacts, Plan> plans = new IdentityHashMap<>();
        Map<Tagged, List<TaskTagResponse>> tagsOf = tags.stream()
                .collect(Collectors.groupingBy(
                        tag -> new Tagged(
                                tag.identity().execution(), tag.identity().task()),
                        Collectors.mapping(TaskTagResponse::of, Collectors.toList())));
        return new ListTaskExecutionsResponse(tasks.stream()
                .map(task -> response(
                        task,
                        plans.computeIfAbsent(task.facts(), facts -> facts.staleOnlyPlan(executors)),
                        tagsOf.getOrDefault(Tagged.of(task.task()), List.of())))
                .toList());
    }

    private record Tagged(FlowExecutionId execution, TaskName task) {
        static Tagged of(TaskExecution task) {
            return new Tagged(task.flowExecution(), task.attempt().task());
        }
    }

    TaskExecutionResponse one(TaskExecutionInContext task) {
        return response(task, task.facts().staleOnlyPlan(executors), null);
    }

    private static TaskExecutionResponse response(
            TaskExecutionInContext found, Plan plan, @Nullable List<TaskTagResponse> tags) {
        TaskExecution task = found.task();
        Attempt attempt = task.attempt();
        ShownTask shown = ShownTask.of(attempt, found.facts(), plan);
        return new TaskExecutionResponse(
                attempt.id(),
                task.flowExecution().value(),
                attempt.idx(),
                attempt.task().value(),
                task.createdAt(),
                task.updatedAt(),
                task.modifiedBy(),
                shown.status(),
                attempt.edited(),
                shown.stale(),
                task.input(),
                task.output(),
                shown.reason().<JsonNode>map(TaskExecutionResponses::message).orElse(task.error()),
                task.organization().value(),
                task.sourceTaskExecutions(),
                attempt.startedAt(),
                task.completedAt(),
                tags,
                null);
    }

    private static JsonNode message(String reason) {
        return JsonNodeFactory.instance.objectNode().put("message", reason);
    }
}
