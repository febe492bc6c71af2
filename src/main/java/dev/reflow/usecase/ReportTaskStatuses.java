package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.TaskStatus;
import dev.reflow.execution.TaskStatusStore;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;

/** Writes down how far tasks have come by a worker's words. What the execution does goes on as if nothing had been said. */
@ApplicationScoped
public class ReportTaskStatuses {
    private final ExecutionAccess access;
    private final TaskStatusStore statuses;

    ReportTaskStatuses(ExecutionAccess access, TaskStatusStore statuses) {
        this.access = access;
        this.statuses = statuses;
    }

    /** Keeps all of the words, or, when one is of a task that is not known, none: {@code bad_request}. */
    public Uni<List<TaskStatus>> report(Caller caller, FlowExecutionId execution, List<TaskStatus.Word> words) {
        return access.requireTasks(
                        caller,
                        execution,
                        words.stream().map(TaskStatus.Word::task).toList())
                .flatMap(known -> statuses.add(caller, execution, words))
                .map(added -> added.orElseThrow(() -> ReflowException.notFound("Flow execution")));
    }
}
