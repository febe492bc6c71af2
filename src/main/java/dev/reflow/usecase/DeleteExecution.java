package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Hides an execution from everybody. What runs for it goes on; what waits for room or data is cancelled. */
@ApplicationScoped
public class DeleteExecution {
    private final FlowAccess access;
    private final ExecutionStore executions;

    DeleteExecution(FlowAccess access, ExecutionStore executions) {
        this.access = access;
        this.executions = executions;
    }

    public Uni<Void> delete(Caller caller, FlowExecutionId id) {
        return executions
                .findFlow(caller.organization(), id)
                .map(flow -> flow.orElseThrow(() -> ReflowException.notFound("Flow execution")))
                .call(flow -> access.requireExecutionsOf(caller, flow))
                .flatMap(flow -> executions.delete(caller, id));
    }
}
