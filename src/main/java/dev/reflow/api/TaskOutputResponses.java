package dev.reflow.api;

import dev.reflow.execution.ExecutionFacts;
import dev.reflow.execution.Plan;
import dev.reflow.execution.TaskOutput;
import dev.reflow.execution.TaskOutputStore.FromAttempts;
import dev.reflow.task.TaskExecutors;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/** Task outputs as clients are shown them. */
@ApplicationScoped
class TaskOutputResponses {
    private static final Comparator<TaskOutput> NEWEST_FIRST = Comparator.comparing(TaskOutput::createdAt)
            .thenComparing(TaskOutput::id)
            .reversed();

    private final TaskExecutors executors;

    TaskOutputResponses(TaskExecutors executors) {
        this.executors = executors;
    }

    /** Plans once for each execution, however many of its tasks there are. */
    List<TaskOutputResponse> list(List<FromAttempts> tasks, List<TaskOutput> sent) {
        IdentityHashMap<ExecutionFacts, Plan> plans = new IdentityHashMap<>();
        Stream<TaskOutput> derived = tasks.stream()
                .map(task -> TaskOutput.of(
                        task.attempts(),
                        task.facts(),
                        plans.computeIfAbsent(task.facts(), facts -> facts.staleOnlyPlan(executors))));
        return Stream.concat(derived, sent.stream())
                .sorted(NEWEST_FIRST)
                .map(TaskOutputResponse::of)
                .toList();
    }

    TaskOutputResponse one(UUID id, FromAttempts task) {
        Plan plan = task.facts().staleOnlyPlan(executors);
        return TaskOutputResponse.of(id, TaskOutput.of(task.attempts(), task.facts(), plan));
    }
}
