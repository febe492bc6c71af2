package dev.reflow.usecase;

import dev.reflow.error.ReflowException;
import dev.reflow.execution.ExecutionStatus;
import dev.reflow.execution.ExecutionStore;
import dev.reflow.execution.FlowExecution;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Moves the status that clients see. What the execution does goes on as if nothing had been said. */
@ApplicationScoped
public class LabelExecution {
    private final ExecutionAccess access;
    private final ExecutionStore executions;

    LabelExecution(ExecutionAccess access, ExecutionStore executions) {
        this.access = access;
        this.executions = executions;
    }

    public Uni<FlowExecution> label(Caller caller, FlowExecutionId id, ExecutionStatus status) {
        return access.requireExecution(caller, id)
                .flatMap(execution -> executions.label(caller, id, status))
                .map(labelled -> labelled.orElseThrow(() -> ReflowException.notFound("Flow execution")));
    }
}
