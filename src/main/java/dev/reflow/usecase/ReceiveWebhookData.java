package dev.reflow.usecase;

import dev.reflow.engine.Command;
import dev.reflow.engine.CommandStore;
import dev.reflow.engine.WorkflowEngine;
import dev.reflow.error.ReflowException;
import dev.reflow.execution.FlowExecutionId;
import dev.reflow.execution.WebhookData;
import dev.reflow.organization.Caller;
import dev.reflow.task.TaskExecutors;
import io.smallrye.mutiny.Uni;
import jakarta.enterprise.context.ApplicationScoped;

/** Keeps what was sent to a task, and lets the execution go on with it. */
@ApplicationScoped
public class ReceiveWebhookData {
    private final ExecutionAccess access;
    private final CommandStore commands;
    private final TaskExecutors executors;
    private final WorkflowEngine engine;

    ReceiveWebhookData(ExecutionAccess access, CommandStore commands, TaskExecutors executors, WorkflowEngine engine) {
        this.access = access;
        this.commands = commands;
        this.executors = executors;
        this.engine = engine;
    }

    /** Answers once the data is durable. */
    public Uni<WebhookData.Receipt> receive(Caller caller, FlowExecutionId execution, WebhookData data) {
        return access.requireExecution(caller, execution)
                .flatMap(found -> commands.receive(caller, execution, data, facts -> data.decide(executors, facts))
                        .onFailure(LostAnswer::isPossible)
                        .invoke(() -> engine.tell(new Command.Offer(execution))))
                .map(received -> received.orElseThrow(() -> ReflowException.notFound("Flow execution")))
                .invoke(receipt -> tell(receipt, execution));
    }

    private void tell(WebhookData.Receipt receipt, FlowExecutionId execution) {
        if (!receipt.duplicate()) {
            engine.tell(new Command.Signal(execution));
        }
    }
}
