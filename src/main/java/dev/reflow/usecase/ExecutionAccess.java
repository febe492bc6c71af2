package dev.reflow.usecase;

import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecution;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.flow.Definition;
import dev.reflow.flow.TaskName;
import dev.reflow.organization.Caller;
import dev.reflow.organization.Permission;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.UUID;

/** Finds executions and their tasks for a caller, or says why not. */
@ApplicationScoped
public class ExecutionAccess {
    private final ExecutionStore executions;
    private final FlowAccess flows;

    ExecutionAccess(ExecutionStore executions, FlowAccess flows) {
        this.executions = executions;
        this.flows = flows;
    }

    /** Fails with {@code not_found} or, where the flow is somebody else's private one, {@code forbidden}. */
    public Uni<FlowExecution> requireExecution(Caller caller, FlowExecutionId id) {
        return executions
                .find(caller.organization(), id)
                .map(found -> found.filter(execution -> caller.may(Permission.READ_ALL))
                        .orElseThrow(() -> ReflowException.notFound("Flow execution")))
                .call(execution -> flows.requireExecutionsOf(caller, execution.flow()));
    }

    /** Fails like {@link #requireExecution}, or with {@code bad_request} when its version lacks one of the tasks. */
    Uni<Void> requireTasks(Caller caller, FlowExecutionId id, List<TaskName> tasks) {
        return requireExecution(caller, id)
                .flatMap(executions::definition)
                .invoke(definition -> tasks.forEach(task -> requireTask(definition, task)))
                .replaceWithVoid();
    }

    private static void requireTask(Definition definition, TaskName task) {
        if (definition.find(task).isEmpty()) {
            throw new ReflowException(
                    ErrorCode.BAD_REQUEST, "The version that the execution runs has no task '" + task + "'");
        }
    }

    /** Fails like {@link #requireExecution}. */
    public Uni<ExecutionStore.TaskExecutionInContext> requireTaskExecution(Caller caller, UUID id) {
        return executions
                .tasks(caller, new ExecutionStore.TaskQuery(null, null, null, null, id))
                .map(found -> found.stream()
                        .filter(task -> caller.may(Permission.READ_ALL))
                        .findFirst()
                        .orElseThrow(() -> ReflowException.notFound("Task execution")))
                .call(task -> flows.requireExecutionsOf(
                        caller, task.facts().execution().flow()));
    }
}
