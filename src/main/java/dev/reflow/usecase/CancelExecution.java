package dev.reflow.usecase;

import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.error.ErrorCode;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.organization.Caller;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Asks for the end of what an execution is doing. One that does nothing stays as it is. */
@ApplicationScoped
public class CancelExecution {
    private final CommandStore commands;
    private final WorkflowEngine engine;

    CancelExecution(CommandStore commands, WorkflowEngine engine) {
        this.commands = commands;
        this.engine = engine;
    }

    public Uni<Void> cancel(Caller caller, FlowExecutionId execution) {
        return commands.cancel(caller, execution)
                .onFailure(LostAnswer::isPossible)
                .invoke(() -> engine.tell(new Command.Offer(execution)))
                .invoke(cancellation -> {
                    switch (cancellation.outcome()) {
                        case ACCEPTED -> engine.tell(new Command.Cancel(execution, cancellation.generation()));
                        case FINISHED -> {}
                        case NOT_FOUND -> throw ReflowException.notFound("Flow execution");
                        case FORBIDDEN -> throw new ReflowException(ErrorCode.FORBIDDEN, "The flow is private");
                    }
                })
                .replaceWithVoid();
    }
}
