package dev.reflow.usecase;

import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Hides an execution from everybody. What runs for it goes on. */
@ApplicationScoped
public class DeleteExecution {
    private final ExecutionAccess access;
    private final ExecutionStore executions;

    DeleteExecution(ExecutionAccess access, ExecutionStore executions) {
        this.access = access;
        this.executions = executions;
    }

    public Uni<Void> delete(Caller caller, FlowExecutionId id) {
        return access.requireExecution(caller, id)
                .flatMap(execution -> executions.delete(caller.organization(), id, caller.name()))
                .replaceWithVoid();
    }
}
